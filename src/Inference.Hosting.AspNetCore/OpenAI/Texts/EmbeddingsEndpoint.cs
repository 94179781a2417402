// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<IEmbeddingModel>(services, options, "embeddings")
{
    private const string Input = "input";
    private const string PromptName = "prompt_name";
    private const string InputType = "input_type";

    protected override async Task AnswerAsync(OpenAICall call, IEmbeddingModel capability)
    {
        var isBase64 = call.Fields.FindString("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw call.Fields.Invalid("encoding_format", "must be 'float' or 'base64'"),
        };
        var result = await capability.EmbedAsync(Read(call.Fields, capability.Info), call.CancellationToken);
        TextChecks.CheckCount(result.Embeddings.Count, InputReader.Count(call.Fields, Input));
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.SendAsync(call.Context, buffer => EmbeddingsWriter.Write(buffer, call.RequestedModel, result, isBase64));
    }

    private EmbeddingRequest Read(RequestFields fields, EmbeddingModelInfo? info)
    {
        var offered = info?.Features ?? TextFeatures.None;
        var inputs = InputReader.Require(fields, Input, Options.MaxInputs);
        var request = new EmbeddingRequest
        {
            Inputs = inputs,
            Dimensions = ReadDimensions(fields, info),
            Truncation = TextChecks.FindTruncation(fields, Options, offered, info?.MaxInputTokens),
            AddSpecialTokens = fields.FindBoolean("add_special_tokens") ?? true,
            Normalize = fields.FindBoolean("normalize"),
            PromptName = ReadPromptName(fields, info),
        };
        if (info is null)
        {
            return request;
        }

        TextChecks.EnsureSupports(offered, request.RequiredFeatures, TextFeatures.PromptName, fields.Has(PromptName) ? PromptName : InputType);
        TextChecks.CheckTokens(
            inputs, fields.Find(Input)!.Value, Input, info.VocabularySize, request.Truncation is null ? info.MaxInputTokens : null);
        return request;
    }

    // The model's own length asks for nothing: every model has it.
    private static int? ReadDimensions(RequestFields fields, EmbeddingModelInfo? info)
    {
        const string Name = "dimensions";
        var dimensions = fields.FindInt32(Name, 1);
        return dimensions > info?.Dimensions
            ? throw fields.Invalid(Name, $"is {dimensions}, more than the {info.Dimensions} that the model's vectors have")
            : dimensions == info?.Dimensions ? null : dimensions;
    }

    // A prompt is one of the model's; a kind of input is for the model to understand.
    private static string? ReadPromptName(RequestFields fields, EmbeddingModelInfo? info)
    {
        var (prompt, type) = (fields.FindString(PromptName), fields.FindString(InputType));
        if (prompt is not null && type is not null && prompt != type)
        {
            throw fields.Invalid(InputType, $"says otherwise than '{PromptName}': give one of them");
        }

        return prompt is not null && info is { PromptNames: { Count: > 0 } known } && !known.Contains(prompt)
            ? throw fields.Invalid(PromptName, $"must be one of {string.Join(", ", known)}")
            : prompt ?? type;
    }
}
