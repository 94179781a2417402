// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Testing;

/// <summary>Numbers from texts, the same on every machine and in every run.</summary>
internal static class ScriptedNumbers
{
    /// <summary>A vector of the length 1.</summary>
    public static float[] Vector(string text, int count)
    {
        // FNV-1a over the characters, then xorshift: neither depends on the process, as a string's own hash code does.
        var state = 14695981039346656037UL;
        foreach (var character in text)
        {
            state = (state ^ character) * 1099511628211UL;
        }

        var vector = new float[count];
        for (var i = 0; i < count; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            vector[i] = ((state >> 40) / (float)(1 << 23)) - 1;
        }

        return Normalize(vector);
    }

    public static float[] Normalize(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return length == 0 ? vector : [.. vector.Select(value => (float)(value / length))];
    }

    /// <summary>From 0 to 1: the part of the query's words that the document has.</summary>
    public static float Overlap(string query, string document)
    {
        var words = Words(query).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var known = Words(document).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return words.Count == 0 ? 0 : words.Count(known.Contains) / (float)words.Count;
    }

    public static float[] Softmax(float[] logits)
    {
        var most = logits.Max();
        var powers = logits.Select(logit => Math.Exp(logit - most)).ToArray();
        var sum = powers.Sum();
        return [.. powers.Select(power => (float)(power / sum))];
    }

    public static float Sigmoid(float logit) => (float)(1 / (1 + Math.Exp(-logit)));

    private static string[] Words(string text)
        => text.Split([' ', '\n', '\t', '.', ',', ';', ':', '!', '?'], StringSplitOptions.RemoveEmptyEntries);
}
