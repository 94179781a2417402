// SPDX-License-Identifier: Apache-2.0

using System.Net.Http.Json;
using System.Text.Json;
using global::QuickStart;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Samples.Tests.QuickStart;

public sealed class LanguageDetectorTests(QuickStartApp app) : IClassFixture<QuickStartApp>
{
    private const int MinimumLength = 40;

    [Fact]
    public void Ids_GoldenSentences_AreThoseOfTraining()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes("golden/languages.json"));
        Assert.NotEqual(0, golden.RootElement.GetArrayLength());
        foreach (var row in golden.RootElement.EnumerateArray())
        {
            var ids = NgramIds.Of(row.GetProperty("text").GetString());
            Assert.Equal(row.GetProperty("count").GetInt32(), ids.Length);
            Assert.Equal(row.GetProperty("sum").GetInt64(), ids.Sum());
            Assert.Equal(row.GetProperty("first").EnumerateArray().Select(id => id.GetInt64()), ids[..Math.Min(ids.Length, 20)]);
        }
    }

    [Fact]
    public async Task Detect_HeldOutSentences_AtLeast97PercentRight()
    {
        var sentences = File.ReadLines("golden/heldout.tsv").Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .Where(row => row[1].Length >= MinimumLength)
            .ToList();
        Assert.True(sentences.Select(row => row[0]).Distinct().Count() >= 20, "At least 20 languages.");
        var detector = app.Services.GetRequiredService<LanguageDetector>();

        // All at once, so that sentences of different length share runs.
        var answers = await Task.WhenAll(sentences.Select(
            row => detector.DetectAsync(LanguageDetector.Ids(row[1]), TestContext.Current.CancellationToken)));

        var right = answers.Zip(sentences).Count(pair => pair.First.Scores[0].Label == pair.Second[0]);
        Assert.True(right >= 0.97 * sentences.Count, $"{right} of {sentences.Count} are right.");
        Assert.Contains(answers, answer => answer.Timing.BatchSize > 1);
    }

    [Fact]
    public async Task Detect_InCompany_AnswersAsAlone()
    {
        var detector = app.Services.GetRequiredService<LanguageDetector>();
        string[] texts = ["Hello there", "Das ist ein sehr langer Satz, der viel mehr Zeichen hat als der andere.", "Добрый день, как дела?"];
        var alone = new List<Answer>();
        foreach (var text in texts)
        {
            alone.Add(await detector.DetectAsync(LanguageDetector.Ids(text), TestContext.Current.CancellationToken));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 60).Select(
            i => detector.DetectAsync(LanguageDetector.Ids(texts[i % 3]), TestContext.Current.CancellationToken)));

        for (var i = 0; i < together.Length; i++)
        {
            Assert.Equal(alone[i % 3].Scores[0].Label, together[i].Scores[0].Label);
            Assert.Equal(alone[i % 3].Scores[0].Probability, together[i].Scores[0].Probability, 1e-5);
        }
    }

    [Fact]
    public async Task Post_TextWithoutLetters_SaysSo()
    {
        using var response = await app.Client.PostAsJsonAsync(
            "/api/languages", new { text = "123 !?" }, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("no letter", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
