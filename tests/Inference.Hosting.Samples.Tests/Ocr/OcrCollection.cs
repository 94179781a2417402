// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Tests.Ocr;

/// <summary>One app for all tests that need the models: they are loaded once.</summary>
[CollectionDefinition(Name)]
public sealed class OcrCollection : ICollectionFixture<OcrApp>
{
    public const string Name = "Ocr";
}
