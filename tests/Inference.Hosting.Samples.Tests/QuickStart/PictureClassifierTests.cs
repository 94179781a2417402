// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using global::QuickStart;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Samples.Tests.QuickStart;

public sealed class PictureClassifierTests(QuickStartApp app) : IClassFixture<QuickStartApp>
{
    [Fact]
    public async Task Classify_GoldenPictures_AnswersAsInTraining()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes("golden/pictures.json"));
        var bytes = File.ReadAllBytes("golden/pictures.bin");
        var classifier = app.Services.GetRequiredService<PictureClassifier>();
        var pictures = golden.RootElement.GetProperty("pictures").EnumerateArray().ToList();

        var answers = await Task.WhenAll(pictures.Select((_, i) => classifier.ClassifyAsync(
            [.. bytes.AsSpan(i * 784, 784).ToArray().Select(value => value / 255f)], TestContext.Current.CancellationToken)));

        Assert.Equal(100, answers.Length);
        foreach (var (answer, picture) in answers.Zip(pictures))
        {
            var expected = picture.GetProperty("probabilities").EnumerateArray().Max(value => value.GetSingle());
            Assert.Equal(expected, answer.Scores[0].Probability, 1e-4);
        }
    }

    [Theory]
    [InlineData("ankle-boot.png", "Ankle boot")]
    [InlineData("trouser.png", "Trouser")]
    [InlineData("bag.png", "Bag")]
    [InlineData("sandal.png", "Sandal")]
    public async Task Post_ExamplePicture_NamesIt(string file, string label)
    {
        var picture = await app.Client.GetByteArrayAsync($"/examples/{file}", TestContext.Current.CancellationToken);
        using var response = await app.Client.PostAsync(
            "/api/pictures", new ByteArrayContent(picture), TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(label, answer.GetProperty("scores")[0].GetProperty("label").GetString());
        Assert.Equal("cpu", answer.GetProperty("timing").GetProperty("device").GetString());
    }

    [Fact]
    public async Task Post_NoPicture_SaysSo()
    {
        using var response = await app.Client.PostAsync(
            "/api/pictures", new StringContent("no picture"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Race_Started_ReportsBothWays()
    {
        var turns = new List<RaceTurn>();
        await foreach (var turn in app.Services.GetRequiredService<Race>().RunAsync(TestContext.Current.CancellationToken))
        {
            turns.Add(turn);
        }

        Assert.Equal(10, turns.Count);
        Assert.All(turns, turn => Assert.True(turn.PerSecond > 0));
        Assert.Contains(turns, turn => turn is { Way: "batched", MeanBatch: > 1 });
    }
}
