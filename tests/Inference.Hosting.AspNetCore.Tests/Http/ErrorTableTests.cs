// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Tests.Http;

public sealed class ErrorTableTests
{
    [Theory]
    [InlineData(InferenceErrorCode.InvalidInput, 400, 3, 400, "invalid_request_error")]
    [InlineData(InferenceErrorCode.Unsupported, 400, 12, 400, "invalid_request_error")]
    [InlineData(InferenceErrorCode.NotFound, 404, 5, 404, "invalid_request_error")]
    [InlineData(InferenceErrorCode.PayloadTooLarge, 413, 8, 413, "invalid_request_error")]
    [InlineData(InferenceErrorCode.QueueFull, 429, 8, 429, "rate_limit_error")]
    [InlineData(InferenceErrorCode.NotReady, 503, 14, 503, "server_error")]
    [InlineData(InferenceErrorCode.DeadlineExceeded, 504, 4, 408, "timeout_error")]
    [InlineData(InferenceErrorCode.EngineFailed, 500, 13, 500, "server_error")]
    public void Find_EachCode_HasItsRow(InferenceErrorCode code, int http, int grpc, int openAI, string type)
    {
        var row = ErrorTable.Find(code);

        Assert.Equal((http, grpc, openAI, type), (row.HttpStatus, row.GrpcStatus, row.OpenAIStatus, row.OpenAIType));
    }

    [Fact]
    public void Find_AllCodes_HaveRows()
        => Assert.All(Enum.GetValues<InferenceErrorCode>(), code => Assert.NotEqual(0, ErrorTable.Find(code).HttpStatus));

    [Theory]
    [InlineData(InferenceErrorCode.QueueFull, 1, 1)]
    [InlineData(InferenceErrorCode.QueueFull, 1000, 1)]
    [InlineData(InferenceErrorCode.QueueFull, 1001, 2)]
    [InlineData(InferenceErrorCode.NotReady, 0, 1)]
    [InlineData(InferenceErrorCode.InvalidInput, 1000, null)]
    public void GetRetryAfterSeconds_RoundsUpAndIsNeverZero(InferenceErrorCode code, int milliseconds, int? expected)
        => Assert.Equal(
            expected,
            ErrorTable.GetRetryAfterSeconds(new InferenceException(code, "x") { RetryAfter = TimeSpan.FromMilliseconds(milliseconds) }));
}
