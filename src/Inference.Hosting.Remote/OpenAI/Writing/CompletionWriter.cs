// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Writing;

/// <summary>Writes completions.</summary>
internal static class CompletionWriter
{
    public static ReadOnlyMemory<byte> Write(TextRequest request, string model, bool stream)
    {
        using var writer = new RequestWriter(model);
        writer.Inputs("prompt", request.Prompts);
        SamplingWriter.Write(writer, request.Sampling);
        SamplingWriter.WriteStops(writer, request.Stop, request.StopTokenIds);
        SamplingWriter.WriteFormat(writer, request.ResponseFormat);
        writer.Text("suffix", request.Suffix);
        writer.Flag("echo", request.Echo, usual: false);
        writer.Number("n", request.ChoiceCount == 1 ? null : request.ChoiceCount);
        if (request.MaxTokens is { } most)
        {
            writer.Number("max_tokens", most);
        }
        else
        {
            // Left out, it would be 16.
            writer.Field("max_tokens").WriteNullValue();
        }

        writer.Number("min_tokens", request.MinTokens == 0 ? null : request.MinTokens);
        writer.Flag("include_stop_str_in_output", request.IncludeStopText, usual: false);
        writer.Flag("ignore_eos", request.IgnoreEndToken, usual: false);
        writer.Flag("skip_special_tokens", request.SkipSpecialTokens, usual: true);
        writer.Flag("add_special_tokens", request.AddSpecialTokens, usual: true);
        writer.Truncation(request.Truncation);
        writer.Number("logprobs", request.TopLogprobs);
        ChatWriter.WriteStream(writer, stream);
        writer.Rest(request.AdditionalProperties);
        return writer.Finish();
    }
}
