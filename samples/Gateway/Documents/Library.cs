// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;

namespace Gateway.Documents;

/// <summary>Finds passages of documents by the words of a question, ranked by Okapi BM25.</summary>
/// <remarks>S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.</remarks>
internal sealed partial class Library
{
    // The usual constants: how soon a repeated word stops to count, and how much long passages are held back.
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly IReadOnlyList<Passage> _passages;
    private readonly Dictionary<string, List<(int Passage, int Count)>> _postings = [];
    private readonly double _averageLength;

    public Library(IReadOnlyList<Passage> passages)
    {
        _passages = passages;
        _averageLength = passages.Average(passage => passage.Words.Count);
        for (var i = 0; i < passages.Count; i++)
        {
            foreach (var word in passages[i].Words.CountBy(word => word))
            {
                if (!_postings.TryGetValue(word.Key, out var list))
                {
                    _postings[word.Key] = list = [];
                }

                list.Add((i, word.Value));
            }
        }
    }

    /// <summary>The words of a text.</summary>
    public static IReadOnlyList<string> WordsOf(string text)
        => [.. Word().Matches(text).Select(match => match.Value.ToLowerInvariant())];

    /// <summary>The passages that answer a question best, the best first.</summary>
    public IReadOnlyList<Passage> Find(string question, int count)
    {
        var scores = new Dictionary<int, double>();
        foreach (var word in WordsOf(question).Distinct())
        {
            if (!_postings.TryGetValue(word, out var list))
            {
                continue;
            }

            var rarity = Math.Log(1 + ((_passages.Count - list.Count + 0.5) / (list.Count + 0.5)));
            foreach (var (passage, repeats) in list)
            {
                var length = 1 - B + (B * _passages[passage].Words.Count / _averageLength);
                scores[passage] = scores.GetValueOrDefault(passage) + (rarity * repeats * (K1 + 1) / (repeats + (K1 * length)));
            }
        }

        return [.. scores.OrderByDescending(score => score.Value).ThenBy(score => score.Key).Take(count).Select(score => _passages[score.Key])];
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
