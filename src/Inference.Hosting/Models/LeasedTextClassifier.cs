// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITextClassifier"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedTextClassifier(CapabilityCalls<ITextClassifier> calls) : ITextClassifier
{
    public TextClassifierInfo? Info => calls.Current?.Info;

    public ValueTask<ClassificationResult> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.ClassifyAsync(request, token), cancellationToken);
}
