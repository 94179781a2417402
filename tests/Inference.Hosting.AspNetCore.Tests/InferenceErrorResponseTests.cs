// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Threading.RateLimiting;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests;

public sealed class InferenceErrorResponseTests
{
    private const string Body = """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1]}]}""";

    [Fact]
    public async Task WriteAsync_FromARateLimiter_AnswersLikeOurRefusals()
    {
        await using var app = await TestApp.StartAsync(
            [TestModels.Identity(TensorDataType.Int32, -1)],
            configure: builder => builder.Services.AddRateLimiter(options =>
            {
                options.AddFixedWindowLimiter("few", limit => (limit.PermitLimit, limit.Window) = (1, TimeSpan.FromHours(1)));
                options.OnRejected = async (rejected, _) => await InferenceErrorResponse.WriteAsync(
                    rejected.HttpContext,
                    StatusCodes.Status429TooManyRequests,
                    "One request an hour is yours.",
                    rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : null);
            }),
            map: web =>
            {
                web.UseRateLimiter();
                web.MapInference().RequireRateLimiting("few");
            });

        await TestApp.JsonAsync(await app.PostAsync("/v2/models/id/infer", Body));
        var refused = await app.PostAsync("/v2/models/id/infer", Body);

        Assert.Equal("One request an hour is yours.", await TestApp.ErrorAsync(refused, HttpStatusCode.TooManyRequests));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3600);
        await TestApp.JsonAsync(await app.GetAsync("/v2/health/live"));
    }

    [Theory]
    [InlineData(400, "3")]
    [InlineData(401, "16")]
    [InlineData(403, "7")]
    [InlineData(404, "5")]
    [InlineData(408, "4")]
    [InlineData(413, "8")]
    [InlineData(429, "8")]
    [InlineData(500, "13")]
    [InlineData(503, "14")]
    [InlineData(504, "4")]
    public async Task WriteAsync_Grpc_IsTheStatusInHeaders(int status, string expected)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/grpc+proto";

        await InferenceErrorResponse.WriteAsync(context, status, "100 % zu groß\n", TimeSpan.FromMilliseconds(1));

        Assert.Equal(200, context.Response.StatusCode);
        Assert.Equal(expected, context.Response.Headers["grpc-status"]);
        Assert.Equal("100 %25 zu gro%C3%9F%0A", context.Response.Headers["grpc-message"]);
        Assert.Equal("1", context.Response.Headers.RetryAfter);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(600)]
    public async Task WriteAsync_NotAnError_Throws(int status)
        => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => InferenceErrorResponse.WriteAsync(new DefaultHttpContext(), status, ""));
}
