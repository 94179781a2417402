// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.Tests.V1;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Http;

public sealed class LoadMetricsHeaderTests
{
    private const string Infer = "/v2/models/addsub/infer";

    private static readonly ModelLoad _load = new()
    {
        InFlight = 3,
        QueuedRows = 17,
        OfferedRowsPerSecond = 60.5,
        CapacityRowsPerSecond = 121,
        PredictedWait = TimeSpan.FromMilliseconds(140.5),
        MemoryBytes = 1 << 20,
    };

    [Fact]
    public void Format_Text_IsInTheWordsOfOrca()
        => Assert.Equal(
            "TEXT application_utilization=0.5,rps_fractional=60.5,named_metrics.in_flight=3,named_metrics.queued_rows=17,"
            + "named_metrics.predicted_wait_seconds=0.1405,named_metrics.capacity_rows_per_second=121,named_metrics.memory_bytes=1048576",
            LoadMetricsHeader.Format("TEXT", _load));

    [Fact]
    public void Format_Json_HoldsTheSame()
    {
        var text = LoadMetricsHeader.Format("JSON", _load);

        Assert.StartsWith("JSON {", text, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text["JSON ".Length..]);
        var root = document.RootElement;
        Assert.Equal(0.5, root.GetProperty("application_utilization").GetDouble());
        Assert.Equal(60.5, root.GetProperty("rps_fractional").GetDouble());
        Assert.Equal(
            ["in_flight 3", "queued_rows 17", "predicted_wait_seconds 0.1405", "capacity_rows_per_second 121", "memory_bytes 1048576"],
            root.GetProperty("named_metrics").EnumerateObject().Select(item => $"{item.Name} {item.Value.GetRawText()}"));
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(double.PositiveInfinity, 10)]
    [InlineData(5, 0)]
    public void Format_UnknownCapacity_StaysANumber(double offered, double capacity)
    {
        var culture = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.StartsWith(
                "TEXT application_utilization=0,",
                LoadMetricsHeader.Format("TEXT", new ModelLoad { OfferedRowsPerSecond = offered, CapacityRowsPerSecond = capacity }),
                StringComparison.Ordinal);
            Assert.EndsWith("predicted_wait_seconds=1.5,named_metrics.capacity_rows_per_second=0,named_metrics.memory_bytes=0",
                LoadMetricsHeader.Format("TEXT", new ModelLoad { PredictedWait = TimeSpan.FromSeconds(1.5) }), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData("endpoint-load-metrics-format", "text", "TEXT ")]
    [InlineData("endpoint-load-metrics-format", "JSON", "JSON {")]
    [InlineData("endpoint-load-metrics", "TEXT", "TEXT ")]
    [InlineData("endpoint-load-metrics-format", "BIN", null)]
    [InlineData("other", "text", null)]
    public async Task Infer_RealModel_TellsWhatItLearned(string header, string format, string? expected)
    {
        await using var app = await OnnxApp.StartAsync(
            services => services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes()), kestrel: true, configure: PredictTests.EnableV1);
        var row = string.Join(',', Enumerable.Range(1, 16));
        (string Path, string Body)[] calls =
        [
            (Infer, TestModels.AddSubBody),
            ("/v1/models/addsub:predict", $$"""{"instances":[{"INPUT0":[{{row}}],"INPUT1":[{{row}}]}]}"""),
            (Infer, "{}"),
        ];

        foreach (var (path, body) in calls)
        {
            var response = await app.PostAsync(path, Encoding.UTF8.GetBytes(body), null, (header, format));

            Assert.Equal(body == "{}" ? HttpStatusCode.BadRequest : HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(expected is not null, response.Headers.TryGetValues("endpoint-load-metrics", out var values));
            if (expected is not null)
            {
                var value = Assert.Single(values!);
                Assert.StartsWith(expected, value, StringComparison.Ordinal);
                Assert.Matches("capacity_rows_per_second\"?[=:][1-9]", value);
            }
        }
    }

    [Fact]
    public async Task Infer_Refusal_TellsTheLoadThatCausedIt()
    {
        var model = new FakeModel("addsub", TestModels.AddSub().Metadata, (_, _) => throw new InferenceException(InferenceErrorCode.QueueFull, "Full."));
        var version = new ModelVersionInfo("1", ModelState.Ready) { Metadata = model.Metadata, Load = _load };
        model.Info = new ModelInfo("addsub", [version]) { Default = version };
        await using var app = await TestApp.StartAsync(model);

        var response = await app.PostAsync(
            Infer, Encoding.UTF8.GetBytes(TestModels.AddSubBody), null, ("endpoint-load-metrics-format", "text"));

        await TestApp.ErrorAsync(response, HttpStatusCode.TooManyRequests);
        Assert.Contains("named_metrics.queued_rows=17", Assert.Single(response.Headers.GetValues("endpoint-load-metrics")), StringComparison.Ordinal);
    }
}
