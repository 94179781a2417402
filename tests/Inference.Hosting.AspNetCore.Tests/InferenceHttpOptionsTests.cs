// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.AspNetCore.Tests;

public sealed class InferenceHttpOptionsTests
{
    [Fact]
    public async Task Configuration_WinsOverCode()
    {
        await using var app = await StartAsync(
            [new("Inference:Http:MaxTensors", "7"), new("Inference:Http:ReceiveTimeout", "00:00:09"), new("inference:http:maxqueuetimeout", "00:00:01")],
            options => (options.MaxTensors, options.MaxParameters) = (5, 6));

        var options = app.Services.GetRequiredService<IOptions<InferenceHttpOptions>>().Value;

        Assert.Equal((7, 6), (options.MaxTensors, options.MaxParameters));
        Assert.Equal(TimeSpan.FromSeconds(9), options.ReceiveTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), options.MaxQueueTimeout);
        Assert.Equal(64L << 20, options.MaxRequestBodySize);
    }

    [Theory]
    [InlineData("MaxBodySize", "5", "Inference:Http:MaxBodySize is not known")]
    [InlineData("MaxTensors", "0", "Inference:Http:MaxTensors is 0")]
    [InlineData("MaxTensors", "many", "Inference:Http:MaxTensors")]
    [InlineData("MaxTensorBytes", "2000000000", "from 1024 to 1073741824")]
    [InlineData("MaxJsonDepth", "1", "from 8 to 1000")]
    [InlineData("ReceiveTimeout", "-00:00:01", "zero or more")]
    [InlineData("RequestTimeout", "00:00:00", "above zero")]
    [InlineData("EnableV1", "perhaps", "Inference:Http:EnableV1")]
    [InlineData("HeaderForwardPattern", "x-(", "Inference:Http:HeaderForwardPattern is 'x-('. Give a regular expression")]
    [InlineData("HeaderForwardPattern", "(?=x).*", "without look-around")]
    [InlineData("HighestPriority", "0", "Inference:Http:HighestPriority is 0")]
    public async Task Configuration_Bad_FailsTheStartWithKeyAndMend(string key, string value, string expected)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync([new("Inference:Http:" + key, value)]));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_EnableV1_MapsIt()
    {
        await using var app = await StartAsync([new("Inference:Http:EnableV1", "true"), new("Inference:Http:HeaderForwardPattern", "x-.*")]);

        Assert.Equal(System.Net.HttpStatusCode.OK, (await app.GetAsync("/v1/models")).StatusCode);
    }

    private static Task<TestApp> StartAsync(KeyValuePair<string, string?>[] values, Action<InferenceHttpOptions>? code = null)
        => TestApp.StartAsync([TestModels.AddSub()], configure: builder =>
        {
            builder.Configuration.AddInMemoryCollection(values);
            builder.Services.Configure(code ?? (_ => { }));
        });
}
