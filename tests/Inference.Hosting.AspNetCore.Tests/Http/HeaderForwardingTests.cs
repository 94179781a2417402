// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.Tests.V1;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Http;

public sealed class HeaderForwardingTests
{
    private static readonly (string Name, string Value)[] _headers =
    [
        ("X-Model-A", "1"), ("x-model-b", "2"), ("Authorization", "Bearer secret"), ("Proxy-Authorization", "secret"), ("Cookie", "id=secret"),
        ("priority", "u=1"), ("timeout", "1"), ("triton_x", "1"), ("headers", "1"), ("X-Other", "3"), ("Not-X-Model-A", "4"),
    ];

    [Theory]
    [InlineData(null, "")]
    [InlineData("x-model-.*", "x-model-a=1 x-model-b=2")]
    [InlineData("X-MODEL-A|x-other", "x-model-a=1 x-other=3")]
    [InlineData("model", "")]
    [InlineData(".*", "not-x-model-a=4 x-model-a=1 x-model-b=2 x-other=3")]
    public async Task Infer_Pattern_NamesWhatModelsGet(string? pattern, string expected)
    {
        foreach (var (path, body) in new[]
        {
            ("/v2/models/id/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1]}]}"""),
            ("/v1/models/id:predict", """{"instances":[1]}"""),
        })
        {
            var model = TestModels.Identity(TensorDataType.Int32, -1);
            await using var app = await StartAsync(model, pattern);

            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(path, Encoding.UTF8.GetBytes(body), null, _headers)).StatusCode);

            Assert.Equal(expected, string.Join(' ', (model.Last.Parameters ?? new Dictionary<string, object>())
                .Where(item => item.Key is not ("host" or "content-length" or "content-type" or "connection" or "accept" or "user-agent"))
                .OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Key}={item.Value}")));
        }
    }

    [Fact]
    public async Task Infer_BodyNamesTheParameterToo_BodyWins()
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        await using var app = await StartAsync(model, "x-.*");

        await app.PostAsync(
            "/v2/models/id/infer",
            """{"parameters":{"x-a":7,"y":true},"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1]}]}"""u8.ToArray(),
            null,
            ("X-A", "header"),
            ("X-B", "ü and more"));

        Assert.Equal((7L, true), ((long)model.Last.Parameters!["x-a"], (bool)model.Last.Parameters["y"]));
        Assert.True(model.Last.Parameters.ContainsKey("x-b"));
    }

    [Theory]
    [InlineData(8, 128, "MaxNameLength")]
    [InlineData(1024, 1, "MaxParameters")]
    public async Task Infer_BeyondALimit_Is400(int length, int count, string limit)
    {
        await using var app = await StartAsync(TestModels.Identity(TensorDataType.Int32, -1), "x-.*", options => (options.MaxNameLength, options.MaxParameters) = (length, count));

        var response = await app.PostAsync(
            "/v2/models/id/infer",
            """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1]}]}"""u8.ToArray(),
            null,
            ("X-A", "123456789"),
            ("X-B", "1"));

        Assert.Contains(limit, await TestApp.ErrorAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private static Task<TestApp> StartAsync(FakeModel model, string? pattern, Action<InferenceHttpOptions>? configure = null)
        => PredictTests.StartAsync([model], configure: builder => builder.Services.Configure<InferenceHttpOptions>(options =>
        {
            options.HeaderForwardPattern = pattern;
            configure?.Invoke(options);
        }));
}
