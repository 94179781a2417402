// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.Tests.V1;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Tests.Http;

public sealed class CrossSiteTests
{
    private const string V2Body = """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1]}]}""";
    private const string V1Body = """{"instances":[1]}""";

    [Theory]
    [InlineData(null, "https://elsewhere.example", 415)]
    [InlineData(null, "null", 415)]
    [InlineData("application/x-www-form-urlencoded", "https://elsewhere.example", 415)]
    [InlineData("text/plain", "https://elsewhere.example", 415)]
    [InlineData("application/json", "https://elsewhere.example", 200)]
    [InlineData("application/vnd.model+json; charset=utf-8", "https://elsewhere.example", 200)]
    [InlineData(null, null, 200)]
    [InlineData("application/x-www-form-urlencoded", null, 200)]
    public async Task Post_OfAPage_NeedsATypeThatBrowsersAskFor(string? type, string? origin, int status)
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        await using var app = await PredictTests.StartAsync([model]);
        (string, string)[] headers = origin is null ? [] : [("Origin", origin)];

        foreach (var (path, body) in new[] { ("/v2/models/id/infer", V2Body), ("/v1/models/id:predict", V1Body) })
        {
            var response = await app.PostAsync(path, Encoding.UTF8.GetBytes(body), type is null ? null : MediaTypeHeaderValue.Parse(type), headers);

            Assert.Equal(status, (int)response.StatusCode);
            if (status != 200)
            {
                Assert.Contains("application/json", await TestApp.ErrorAsync(response, HttpStatusCode.UnsupportedMediaType), StringComparison.Ordinal);
            }
        }

        Assert.Equal(status == 200 ? 2 : 0, model.Calls);
    }
}
