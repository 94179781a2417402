// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.OpenAI.Reading;
using Inference.Hosting.Remote.OpenAI.Writing;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Classes of a server, in process. Thread-safe.</summary>
internal sealed class OpenAITextClassifier(OpenAIServer server) : ITextClassifier
{
    public TextClassifierInfo Info => new() { Features = Features };

    private TextFeatures Features => server.Options.TextFeatures & ~TextFeatures.Pairs;

    public async ValueTask<ClassificationResult> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Features.EnsureSupports(request.RequiredFeatures);
        var body = PoolingWriter.Write(request, server.UpstreamModel);
        return await server.CallAsync(
            "classify", body, root => PoolingReader.ReadClasses(root, request.Inputs.Count), cancellationToken).ConfigureAwait(false);
    }
}
