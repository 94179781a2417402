// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Restore;

/// <summary>A file of a package.</summary>
/// <param name="Path">Within the package, with forward slashes.</param>
/// <param name="Sha256">Of its content, in lower-case hex.</param>
internal sealed record PackageFile(string Path, string Sha256)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
