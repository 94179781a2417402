// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Texts;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary><c>POST /embed</c> of Text Embeddings Inference: bare vectors.</summary>
internal sealed class TeiEmbedEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<IEmbeddingModel>(services, options, "embeddings")
{
    protected override bool NamesNoModel(RequestFields fields) => true;

    protected override bool MustTranslate(RequestFields fields) => true;

    protected override async Task AnswerAsync(OpenAICall call, IEmbeddingModel capability)
    {
        var fields = call.Fields;
        TeiFields.RefuseEmpty(fields, TeiFields.Inputs);
        var inputs = InputReader.Require(fields, TeiFields.Inputs, Options.MaxInputs);
        var result = await AskAsync(capability, inputs, fields, Options, fields.Find(TeiFields.Inputs)!.Value, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.SendAsync(call.Context, buffer =>
        {
            for (var i = 0; i < result.Embeddings.Count; i++)
            {
                buffer.Write(i == 0 ? "["u8 : ","u8);
                EmbeddingsWriter.WriteNumbers(buffer, result.Embeddings[i].Vector.Span, i);
            }

            buffer.Write("]"u8);
        });
    }

    /// <summary>Embeds with the parameters of this protocol.</summary>
    /// <param name="capability">The model.</param>
    /// <param name="inputs">What is embedded.</param>
    /// <param name="parameters">Where the parameters stand.</param>
    /// <param name="options">What the server says of inputs that are too long.</param>
    /// <param name="field">What the inputs were read from; an element without a value where they cannot be tokens.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    public static async ValueTask<EmbeddingResult> AskAsync(
        IEmbeddingModel capability,
        IReadOnlyList<TextInput> inputs,
        RequestFields? parameters,
        InferenceOpenAIOptions options,
        System.Text.Json.JsonElement field,
        CancellationToken cancellationToken)
    {
        var info = capability.Info;
        var offered = info?.Features ?? TextFeatures.None;
        var dimensions = parameters?.FindInt32("dimensions", 1);
        var request = new EmbeddingRequest
        {
            Inputs = inputs,
            Dimensions = dimensions == info?.Dimensions ? null : dimensions,
            Truncation = parameters is { } given ? TeiFields.FindTruncation(given, options, offered) : TextChecks.FindTruncation(options, offered),

            // It normalizes unless told otherwise; a model that has no choice does as it does.
            Normalize = (parameters?.FindBoolean("normalize") ?? true) ? (offered.HasFlag(TextFeatures.Normalize) ? true : null) : false,
            PromptName = parameters?.FindString("prompt_name"),
        };
        TeiFields.EnsureSupports(info?.Features, request.RequiredFeatures);
        TextChecks.CheckTokens(
            inputs, field, TeiFields.Inputs, info?.VocabularySize, request.Truncation is null ? info?.MaxInputTokens : null);
        var result = await capability.EmbedAsync(request, cancellationToken);
        TextChecks.CheckCount(result.Embeddings.Count, inputs.Count);
        return result;
    }
}
