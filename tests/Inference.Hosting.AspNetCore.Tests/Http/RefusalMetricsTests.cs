// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.Tests.V1;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Http;

/// <summary>An alert on the rate of errors must see what never reached a model.</summary>
public sealed class RefusalMetricsTests
{
    [Theory]
    [InlineData("/v2/models/none/infer", "{}", "  NotFound")]
    [InlineData("/v2/models/addsub/versions/99/infer", "{}", "addsub  NotFound")]
    [InlineData("/v2/models/addsub/infer", "{}", "addsub  InvalidInput")]
    [InlineData("/v2/models/addsub/versions/1/infer", "{}", "addsub 1 InvalidInput")]
    [InlineData("/v2/models/waiting/infer", "{}", "waiting  NotReady")]
    [InlineData("/v2/models/waiting/versions/1/infer", "{}", "waiting 1 NotReady")]
    [InlineData("/v1/models/none:predict", "{}", "  NotFound")]
    [InlineData("/v1/models/waiting:predict", "{}", "waiting  NotReady")]
    [InlineData("/v1/models/addsub:predict", "{}", "addsub  InvalidInput")]
    [InlineData("/v1/models/addsub:explain", "{}", "addsub  Unsupported")]
    [InlineData("/v2/models/addsub/infer", TestModels.AddSubBody, "addsub 1 ok")]
    [InlineData("/v2/models/addsub/infer", """{"inputs":[{"name":"INPUT9","shape":[1,1],"datatype":"INT32","data":[1]}]}""", "addsub 1 InvalidInput")]
    public async Task RequestDuration_OfOneRequest_IsRecordedOnce(string path, string body, string expected)
    {
        await using var app = await OnnxApp.StartAsync(
            services =>
            {
                services.AddMetrics();
                services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes());
                services.AddModel("waiting").UseBackend(_ => new FakeBackend())
                    .ConfigureModelOptions<Inference.Hosting.Models.ModelOptions>(options => options.LoadAtStart = false);
            },
            configure: PredictTests.EnableV1);
        List<string> recorded = [];
        var factory = app.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == TelemetryNames.RequestDuration && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            Assert.True(value >= 0);
            recorded.Add(string.Join(' ', tags.ToArray().Select(tag => tag.Value)));
        });
        listener.Start();

        await app.PostAsync(path, body);

        Assert.Equal([expected], recorded);
    }
}
