// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>The <c>inference-timing</c> header: how a request was answered, for callers that ask with <c>inference-timing: true</c>.</summary>
/// <remarks>
/// In the syntax of <c>Server-Timing</c>, durations in milliseconds:
/// <c>version;desc="1", queue;dur=0.12, compute;dur=1.3, batch;desc=8, close;desc=Drained, device;desc="cpu"</c>.
/// </remarks>
internal static class TimingHeader
{
    public const string Name = "inference-timing";

    public static bool IsWanted(HttpRequest request)
        => request.Headers.TryGetValue(Name, out var value)
            && string.Equals(value.ToString(), "true", StringComparison.OrdinalIgnoreCase);

    public static string Format(in InferenceTiming timing)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{(timing.Model is { } model ? $"model;desc=\"{Quote(model)}\", " : "")}version;desc=\"{Quote(timing.Version)}\", queue;dur={timing.Queue.TotalMilliseconds:0.####}, compute;dur={timing.Compute.TotalMilliseconds:0.####}, batch;desc={timing.BatchSize}, close;desc={timing.CloseReason}, device;desc=\"{Quote(timing.Device)}\"");

    // A header value is visible ASCII; a version or device named otherwise must not break the answer.
    private static string Quote(string? text)
        => string.Concat((text ?? "").Select(c => c is >= ' ' and < (char)127 and not '"' and not '\\' ? c : '_'));
}
