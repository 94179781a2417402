// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Wire;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>What <c>/v1/embeddings</c> adds to a call in process.</summary>
internal static class EmbeddingsSuite
{
    private const int Dimensions = 384;

    public static async Task RunAsync(Settings settings, Report report)
    {
        report.Section("The embeddings route", $"CPU for a request of `/v1/embeddings`, from the bytes of its body to those of its answer, without sockets, over the same call in process; the model answers at once with vectors of {Dimensions} numbers. One caller. *JsonSerializer* is the time in which it writes the same numbers, and nothing else, to a buffer.");
        var server = new RouteServer();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IServer>(server);
        builder.Services.AddModel("e").UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(new Ready()));
        await using var app = builder.Build();
        app.MapInference();
        await app.StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        var model = app.Services.GetRequiredService<IModelCatalog>().GetCapability<IEmbeddingModel>("e")!;
        var rows = new List<string>();
        foreach (var count in (int[])[1, 32, 2048])
        {
            foreach (var format in (string[])["float", "base64"])
            {
                rows.Add(await MeasureAsync(settings, server, model, count, format));
            }
        }

        report.Table("inputs, format | in process, µs | over the route, µs | added, µs | added a number, ns | JsonSerializer, ns a number | bytes allocated | bytes of the answer", rows);
    }

    private static async Task<string> MeasureAsync(Settings settings, RouteServer server, IEmbeddingModel model, int count, string format)
    {
        var texts = Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"a short text with a number, {i}")).ToArray();
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["model"] = "e", ["input"] = texts, ["encoding_format"] = format });
        var request = new EmbeddingRequest { Inputs = [.. texts.Select(TextInput.FromText)] };
        var vectors = (await model.EmbedAsync(request)).Embeddings.Select(embedding => embedding.Vector.ToArray()).ToArray();
        using var buffer = new MemoryStream();
        var (bare, route, added, serializer, allocated) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), 0.0);
        var length = 0L;
        for (var round = -3; round < settings.Rounds; round++)
        {
            var (inProcess, _) = await CostAsync(settings.Duration, async () => await model.EmbedAsync(request));
            var (overRoute, bytes) = await CostAsync(settings.Duration, async () => length = await server.PostAsync("/v1/embeddings", body));
            var (theirs, _) = await CostAsync(settings.Duration / 4, () =>
            {
                buffer.SetLength(0);
                JsonSerializer.Serialize(buffer, vectors);
                return Task.CompletedTask;
            });
            if (round >= 0)
            {
                bare.Add(inProcess);
                route.Add(overRoute);
                added.Add(overRoute - inProcess);
                serializer.Add(theirs * 1000 / (count * Dimensions));
                allocated = bytes;
            }
        }

        return string.Join(
            " | ",
            $"{count}, {format}",
            Spread.Of(bare),
            Spread.Of(route),
            Spread.Of(added),
            Spread.Of(added.Select(value => value * 1000 / (count * Dimensions))),
            format == "float" ? Spread.Of(serializer) : "",
            allocated.ToString("N0", CultureInfo.InvariantCulture),
            length.ToString("N0", CultureInfo.InvariantCulture));
    }

    // Of CPU: a busy machine takes away time, not CPU.
    private static async Task<(double Microseconds, double Bytes)> CostAsync(TimeSpan duration, Func<Task> call)
    {
        var (runs, used) = (0, TimeSpan.Zero);
        var (cpu, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        while (used < duration)
        {
            for (var i = 0; i < 8; i++)
            {
                await call();
                runs++;
            }

            used = Environment.CpuUsage.TotalTime - cpu;
        }

        return (used.TotalMicroseconds / runs, (GC.GetTotalAllocatedBytes() - bytes) / (double)runs);
    }

    private sealed class Ready : IEmbeddingModel
    {
        private readonly TextEmbedding[] _embeddings =
        [
            .. Enumerable.Range(0, 2048).Select(seed => new TextEmbedding(Enumerable.Range(0, Dimensions).Select(_ => (Random.Shared.NextSingle() * 2) - 1).ToArray())),
        ];

        public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
            => new(new EmbeddingResult
            {
                Embeddings = new ArraySegment<TextEmbedding>(_embeddings, 0, request.Inputs.Count),
                Usage = new TokenUsage { PromptTokens = request.Inputs.Count },
            });
    }
}
