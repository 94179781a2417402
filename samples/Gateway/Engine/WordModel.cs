// SPDX-License-Identifier: Apache-2.0

using Gateway.Documents;

namespace Gateway.Engine;

/// <summary>
/// A language model of the smallest kind: the next word by the two before it, as often as the documentation has it, learned when the
/// process starts. It has the tone of the documentation and no idea what it says.
/// </summary>
internal sealed class WordModel
{
    private readonly Dictionary<(string, string), List<string>> _next = [];
    private readonly List<(string, string)> _starts = [];

    /// <summary>Learns from passages.</summary>
    public static WordModel Train(IEnumerable<Passage> passages)
    {
        var model = new WordModel();
        foreach (var passage in passages)
        {
            model.Learn(passage.Text);
        }

        return model;
    }

    /// <summary>Writes on without end, one word after the other.</summary>
    /// <param name="about">Words to begin with one of, where the model knows them.</param>
    /// <param name="temperature">0 takes the most frequent word.</param>
    /// <param name="random">Chooses.</param>
    public IEnumerable<string> Write(IReadOnlyCollection<string> about, double temperature, Random random)
    {
        while (true)
        {
            var starts = _starts.Where(start => about.Contains(Plain(start.Item1)) || about.Contains(Plain(start.Item2))).ToList();
            var (first, second) = Choose(starts.Count > 0 ? starts : _starts, temperature, random);
            yield return first;
            yield return second;
            while (_next.TryGetValue((first, second), out var words))
            {
                (first, second) = (second, Choose(words, temperature, random));
                yield return second;
            }
        }
    }

    private static T Choose<T>(IReadOnlyList<T> words, double temperature, Random random)
        where T : notnull
    {
        if (temperature == 0)
        {
            return words.CountBy(word => word).MaxBy(word => word.Value).Key;
        }

        if (temperature == 1)
        {
            return words[random.Next(words.Count)];
        }

        var counts = words.CountBy(word => word).Select(word => (word.Key, Weight: Math.Pow(word.Value, 1 / temperature))).ToList();
        var rest = random.NextDouble() * counts.Sum(word => word.Weight);
        foreach (var (word, weight) in counts)
        {
            rest -= weight;
            if (rest <= 0)
            {
                return word;
            }
        }

        return counts[^1].Key;
    }

    private static string Plain(string word) => word.Trim('.', ',', ':', ';', '(', ')', '`', '*').ToLowerInvariant();

    private void Learn(string paragraph)
    {
        // Prose only: tables and lists have a grammar of their own.
        if ("|->".Contains(paragraph[0], StringComparison.Ordinal))
        {
            return;
        }

        var words = paragraph.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3)
        {
            return;
        }

        _starts.Add((words[0], words[1]));
        for (var i = 2; i < words.Length; i++)
        {
            var key = (words[i - 2], words[i - 1]);
            if (!_next.TryGetValue(key, out var next))
            {
                _next[key] = next = [];
            }

            next.Add(words[i]);
        }
    }
}
