// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary><c>POST /v1/tokenize</c>, as vLLM has it: of a text, or of the prompt that a chat becomes.</summary>
internal sealed class TokenizeEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<ITokenCodec>(services, options, "tokenize")
{
    private const string Prompt = "prompt";
    private const string Messages = "messages";

    protected override async Task AnswerAsync(OpenAICall call, ITokenCodec capability)
    {
        var info = capability.Info;
        var request = Read(call);
        info?.Features.EnsureSupports(request.RequiredFeatures);
        var result = await capability.TokenizeAsync(request, call.CancellationToken);
        await OpenAIBody.WriteAsync(call.Context, writer => Write(writer, result, result.MaxModelTokens ?? info?.MaxModelTokens));
    }

    private TokenizeRequest Read(OpenAICall call)
    {
        var fields = call.Fields;
        var request = new TokenizeRequest
        {
            AddSpecialTokens = fields.FindBoolean("add_special_tokens"),
            ReturnTokenTexts = fields.FindBoolean("return_token_strs") ?? false,
        };
        if (fields.Has(Messages))
        {
            if (fields.Has(Prompt))
            {
                throw fields.Invalid(Prompt, $"cannot be given together with '{Messages}'");
            }

            // As the chat route reads it, so that the tokens are those that the chat would have.
            var chat = call.Services.Catalog.GetCapability<IChatModel>(call.Model.Name)?.Info;
            return request with { Chat = ChatRequestReader.Read(fields, chat, Options).Request };
        }

        // llama.cpp's word.
        return request with { Text = fields.FindString(Prompt) ?? fields.FindString("content") ?? throw fields.Missing(Prompt) };
    }

    private static void Write(Utf8JsonWriter writer, TokenizeResult result, int? maxTokens)
    {
        writer.WriteStartObject();
        writer.WriteNumber("count"u8, result.Tokens.Length);
        if (maxTokens is { } most)
        {
            writer.WriteNumber("max_model_len"u8, most);
        }
        else
        {
            writer.WriteNull("max_model_len"u8);
        }

        writer.WriteStartArray("tokens"u8);
        foreach (var token in result.Tokens.Span)
        {
            writer.WriteNumberValue(token);
        }

        writer.WriteEndArray();
        writer.WritePropertyName("token_strs"u8);
        if (result.TokenTexts is { } texts)
        {
            writer.WriteStartArray();
            foreach (var text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteEndObject();
    }
}
