// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.Samples.Ocr;

namespace Inference.Hosting.Samples.Tests.Ocr;

[Collection(OcrCollection.Name)]
public sealed class OcrAccuracyTests(OcrApp app, ITestOutputHelper output)
{
    [Fact]
    public async Task Ocr_FiftyRenderedLines_ReadsAtLeast95PercentOfCharacters()
    {
        using var client = app.CreateClient();
        var pages = TestPage.DrawAll(TestFont.Open());
        var results = await Task.WhenAll(pages.Select(page => client.ReadAsync(page.Png)));

        var (errors, characters) = (0, 0);
        foreach (var (page, result) in pages.Zip(results))
        {
            var rows = result.Text.Split('\n');
            Assert.Equal(page.Text.Count, rows.Length);
            foreach (var (expected, actual) in page.Text.Zip(rows))
            {
                var distance = EditDistance.Between(expected, actual);
                errors += distance;
                characters += expected.Length;
                if (distance > 0)
                {
                    output.WriteLine($"{distance}: '{expected}' read as '{actual}'");
                }
            }
        }

        var right = 100.0 * (characters - errors) / characters;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{right:F2} % of {characters} characters right"));
        Assert.True(right >= 95, "Too few characters are right.");
    }

    [Fact]
    public async Task Ocr_EightPhotosAtOnce_ReadsWhatItReadsOfEachAlone()
    {
        using var client = app.CreateClient();
        var pages = TestPage.DrawAll(TestFont.Open());
        var alone = new List<OcrResult>();
        foreach (var page in pages)
        {
            alone.Add(await client.ReadAsync(page.Png));
        }

        // Two photos of each of the first three pages and one of the others: lines of equal width meet for sure.
        int[] order = [0, 1, 2, 3, 4, 0, 1, 2];
        var together = await Task.WhenAll(order.Select(page => client.ReadAsync(pages[page].Png)));

        foreach (var (page, result) in order.Zip(together))
        {
            Assert.Equal(alone[page].Text, result.Text);
            foreach (var (lone, joined) in alone[page].Lines.Zip(result.Lines))
            {
                Assert.Equal(lone.Box, joined.Box);
                Assert.Equal(lone.Confidence, joined.Confidence, 0.001f);
            }
        }

        // How many lines meet depends on what warm-up learned about the machine, so it is told and not asserted.
        output.WriteLine($"Largest batch of lines: {together.Max(result => result.Lines.Max(line => line.Timing.BatchSize))}");
    }

    [Fact]
    public async Task Ocr_TurnedAndTiltedLines_ReadsThemUpright()
    {
        using var client = app.CreateClient();
        TestFont.Open().Dispose();
        var picture = await client.GetByteArrayAsync("/sample.png", TestContext.Current.CancellationToken);

        var result = await client.ReadAsync(picture);

        Assert.Contains(result.Lines, line => line.Text == "CORNER BAKERY" && !line.Turned);
        Assert.Contains(result.Lines, line => line.Text == "Please turn me round" && line.Turned);
        var tilted = Assert.Single(result.Lines, line => line.Text == "Two for one today!");
        Assert.True(tilted.Box[1][1] < tilted.Box[0][1], "The box of the tilted line rises to the right.");
    }
}
