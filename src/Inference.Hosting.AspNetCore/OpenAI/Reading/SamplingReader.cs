// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Reads how tokens are chosen.</summary>
internal static class SamplingReader
{
    private const float MostBias = 100;

    /// <summary>Reads the fields of sampling; what is absent is the model's default.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="info">What the model declares; null while it is not known.</param>
    /// <exception cref="InferenceException">InvalidInput: a value out of its range, a token outside the vocabulary.</exception>
    public static SamplingOptions Read(RequestFields fields, GenerationInfo? info) => new()
    {
        Temperature = (float?)fields.FindNumber("temperature", 0, 2),
        TopP = (float?)fields.FindNumber("top_p", 0, 1),
        TopK = ToInt32(fields.FindInt64("top_k", -1)),
        MinP = (float?)fields.FindNumber("min_p", 0, 1),
        FrequencyPenalty = (float?)fields.FindNumber("frequency_penalty", -2, 2),
        PresencePenalty = (float?)fields.FindNumber("presence_penalty", -2, 2),
        RepetitionPenalty = ReadRepetitionPenalty(fields),
        Seed = fields.FindInt64("seed"),
        LogitBias = ReadLogitBias(fields, info?.VocabularySize ?? int.MaxValue),
    };

    /// <summary>A limit that may be larger than any there is: it is cut, not refused.</summary>
    public static int? ToInt32(long? limit) => limit is { } number ? (int)Math.Min(number, int.MaxValue) : null;

    private static float? ReadRepetitionPenalty(RequestFields fields)
    {
        const string Name = "repetition_penalty";
        return (float?)fields.FindNumber(Name) is not { } penalty
            ? null
            : penalty > 0 && float.IsFinite(penalty) ? penalty : throw fields.Invalid(Name, "must be above 0");
    }

    private static Dictionary<int, float>? ReadLogitBias(RequestFields fields, int vocabularySize)
    {
        const string Name = "logit_bias";
        if (fields.FindObject(Name) is not { } map)
        {
            return null;
        }

        var bias = new Dictionary<int, float>();
        foreach (var property in map.Element.EnumerateObject())
        {
            // The key is the caller's text, of any length: neither message nor parameter repeats it.
            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
            {
                throw fields.Invalid(Name, "has a key that is no token id: keys are whole numbers from 0, as strings");
            }

            if (token >= vocabularySize)
            {
                throw fields.Invalid(Name, $"has the token {token}, which is outside the vocabulary: ids are from 0 to {vocabularySize - 1}");
            }

            bias[token] = property.Value.ValueKind != JsonValueKind.Number
                ? throw RequestFields.WrongTypeAt($"{map.Path}.{token}", "a number", property.Value)
                : property.Value.TryGetDouble(out var value) && value is >= -MostBias and <= MostBias
                    ? (float)value
                    : throw RequestFields.InvalidAt($"{map.Path}.{token}", "must be from -100 to 100");
        }

        return bias.Count > 0 ? bias : null;
    }
}
