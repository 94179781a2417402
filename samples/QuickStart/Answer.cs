// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting;

namespace QuickStart;

/// <summary>The best classes, and how the answer came about.</summary>
/// <param name="Scores">Best first.</param>
/// <param name="Timing">Queue, run and batch.</param>
internal sealed record Answer(IReadOnlyList<Score> Scores, AnswerTiming Timing)
{
    private const int Shown = 5;

    public static Answer From(InferenceResponse response, string output, IReadOnlyList<string> labels)
    {
        var probabilities = response[output].ToArray<float>();
        var best = Enumerable.Range(0, probabilities.Length)
            .OrderByDescending(index => probabilities[index])
            .Take(Shown)
            .Select(index => new Score(labels[index], probabilities[index]));
        return new Answer([.. best], AnswerTiming.From(response.Timing));
    }
}
