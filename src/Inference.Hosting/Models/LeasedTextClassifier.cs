// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITextClassifier"/> of whichever version serves.</summary>
internal sealed class LeasedTextClassifier(ModelHost host) : LeasedCapability<ITextClassifier>(host), ITextClassifier
{
    public TextClassifierInfo? Info => Current?.Info;

    public ValueTask<ClassificationResult> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.ClassifyAsync(request, token), cancellationToken);
}
