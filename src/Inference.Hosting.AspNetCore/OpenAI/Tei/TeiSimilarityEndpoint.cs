// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Texts;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary><c>POST /similarity</c> of Text Embeddings Inference: the cosine of the angle between a sentence's vector and each other's.</summary>
internal sealed class TeiSimilarityEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<IEmbeddingModel>(services, options, "embeddings")
{
    protected override bool NamesNoModel(RequestFields fields) => true;

    protected override bool MustTranslate(RequestFields fields) => true;

    protected override async Task AnswerAsync(OpenAICall call, IEmbeddingModel capability)
    {
        const string Sentences = "sentences";
        var inputs = call.Fields.RequireObject(TeiFields.Inputs);
        TeiFields.RefuseEmpty(inputs, "source_sentence");
        TeiFields.RefuseEmpty(inputs, Sentences);
        TextInput[] texts =
        [
            InputReader.ReadText(inputs, "source_sentence"),
            .. InputReader.ReadItems(inputs.RequireArray(Sentences), inputs.PathOf(Sentences), Options.MaxInputs, InputReader.ReadText),
        ];
        var result = await TeiEmbedEndpoint.AskAsync(
            capability, texts, call.Fields.FindObject("parameters"), Options, default, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.WriteAsync(call.Context, writer =>
        {
            writer.WriteStartArray();
            for (var i = 1; i < texts.Length; i++)
            {
                writer.WriteNumberValue(TextChecks.Finite(Cosine(result.Embeddings[0].Vector.Span, result.Embeddings[i].Vector.Span), i - 1));
            }

            writer.WriteEndArray();
        });
    }

    private static float Cosine(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var (product, first, second) = (0.0, 0.0, 0.0);
        for (var i = 0; i < one.Length && i < other.Length; i++)
        {
            product += (double)one[i] * other[i];
            first += (double)one[i] * one[i];
            second += (double)other[i] * other[i];
        }

        return product == 0 ? 0 : (float)(product / Math.Sqrt(first * second));
    }
}
