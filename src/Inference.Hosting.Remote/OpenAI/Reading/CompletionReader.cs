// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Reading;

/// <summary>Reads completions, whole or by the event.</summary>
internal static class CompletionReader
{
    public static TextResult Read(JsonElement root)
    {
        var choices = root.Items("choices").Select(choice => new TextChoice
        {
            Index = choice.Number("index") ?? 0,
            Text = choice.Text("text") ?? "",
            FinishReason = ChoiceReader.ReadFinish(choice) ?? FinishReason.Stop,
            StopMatch = ChoiceReader.ReadStop(choice),
            Logprobs = ChoiceReader.ReadTextLogprobs(choice),
        }).OrderBy(choice => choice.Index).ToArray();
        return new TextResult
        {
            Choices = choices.Length > 0 ? choices : throw Fields.Missing("choices"),
            Usage = root.Usage(),
            AdditionalProperties = root.Rest(),
        };
    }

    public static IEnumerable<TextDelta> ReadEvent(JsonElement root)
    {
        var rest = root.Rest();
        foreach (var choice in root.Items("choices"))
        {
            var finish = ChoiceReader.ReadFinish(choice);
            yield return new TextDelta
            {
                Choice = choice.Number("index") ?? 0,
                Text = choice.Text("text"),
                Logprobs = ChoiceReader.ReadTextLogprobs(choice),
                FinishReason = finish,
                StopMatch = finish is null ? null : ChoiceReader.ReadStop(choice),
                AdditionalProperties = rest,
            };
        }
    }
}
