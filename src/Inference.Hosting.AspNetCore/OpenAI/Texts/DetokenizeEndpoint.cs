// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary><c>POST /v1/detokenize</c>, as vLLM has it.</summary>
internal sealed class DetokenizeEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<ITokenCodec>(services, options, "detokenize")
{
    private const string Tokens = "tokens";

    protected override async Task AnswerAsync(OpenAICall call, ITokenCodec capability)
    {
        var tokens = InputReader.ReadTokens(call.Fields.RequireArray(Tokens), Tokens).Tokens;
        TextChecks.CheckVocabulary(tokens.Span, Tokens, capability.Info?.VocabularySize);
        var request = new DetokenizeRequest
        {
            Tokens = tokens,
            SkipSpecialTokens = call.Fields.FindBoolean("skip_special_tokens") ?? false,
        };
        var text = await capability.DetokenizeAsync(request, call.CancellationToken);
        await OpenAIBody.WriteAsync(call.Context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("prompt"u8, text);
            writer.WriteEndObject();
        });
    }
}
