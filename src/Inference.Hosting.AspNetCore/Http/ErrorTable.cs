// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>The one table from error codes to what each protocol answers. Listed in docs/errors.md.</summary>
public static class ErrorTable
{
    private static readonly ErrorRow[] _rows = new ErrorRow[Enum.GetValues<InferenceErrorCode>().Length];

    static ErrorTable()
    {
        Set(InferenceErrorCode.InvalidInput, new(400, 3, "invalid_request_error", "invalid_value"));
        Set(InferenceErrorCode.Unsupported, new(400, 12, "invalid_request_error", "unsupported_parameter"));
        Set(InferenceErrorCode.NotFound, new(404, 5, "invalid_request_error", "model_not_found"));
        Set(InferenceErrorCode.PayloadTooLarge, new(413, 8, "invalid_request_error", "request_too_large"));
        Set(InferenceErrorCode.QueueFull, new(429, 8, "rate_limit_error", "queue_full") { CanRetry = true });
        Set(InferenceErrorCode.NotReady, new(503, 14, "server_error", "model_loading") { CanRetry = true });
        Set(InferenceErrorCode.DeadlineExceeded, new(504, 4, "timeout_error", "request_timeout") { OpenAIStatus = 408 });
        Set(InferenceErrorCode.EngineFailed, new(500, 13, "server_error", "internal_error"));

        static void Set(InferenceErrorCode code, ErrorRow row) => _rows[(int)code] = row;
    }

    /// <summary>gRPC's number for a caller that left; over HTTP nothing is written.</summary>
    public const int GrpcCancelled = 1;

    /// <summary>What an error code becomes.</summary>
    /// <param name="code">A defined code.</param>
    public static ErrorRow Find(InferenceErrorCode code)
        => (uint)code < (uint)_rows.Length ? _rows[(int)code] : _rows[(int)InferenceErrorCode.EngineFailed];

    /// <summary>Whole seconds for a <c>Retry-After</c> header: rounded up, at least 1, so that nobody retries too early or at once.</summary>
    /// <param name="exception">The failure.</param>
    /// <returns>Null when a retry would not help or the time is unknown.</returns>
    public static int? GetRetryAfterSeconds(InferenceException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Find(exception.Code).CanRetry && exception.RetryAfter is { } wait
            ? (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, int.MaxValue)
            : null;
    }
}
