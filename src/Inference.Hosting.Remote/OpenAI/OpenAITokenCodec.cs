// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.OpenAI.Reading;
using Inference.Hosting.Remote.OpenAI.Writing;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>The tokenizer of a server, in process. Thread-safe.</summary>
internal sealed class OpenAITokenCodec(OpenAIServer server) : ITokenCodec
{
    public TokenCodecInfo Info => new() { Features = server.Options.TextFeatures, MaxModelTokens = server.Options.ContextLength };

    public async ValueTask<TokenizeResult> TokenizeAsync(TokenizeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        server.Options.TextFeatures.EnsureSupports(request.RequiredFeatures);
        var body = ChatWriter.WriteTokenize(request, server.UpstreamModel);
        return await server.CallAsync("tokenize", body, PoolingReader.ReadTokens, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<string> DetokenizeAsync(DetokenizeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = PoolingWriter.Write(request, server.UpstreamModel);
        return await server.CallAsync(
            "detokenize", body, static root => root.Text("prompt") ?? throw Fields.Missing("a prompt"), cancellationToken).ConfigureAwait(false);
    }
}
