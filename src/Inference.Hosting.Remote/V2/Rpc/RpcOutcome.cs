// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Inference.Hosting.Grpc.Wire;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>How a gRPC call ended: by the trailers, or by the head of an answer that is nothing but trailers.</summary>
/// <param name="Status">The status.</param>
/// <param name="Text">What the server says of it.</param>
/// <param name="RetryAfter">When to try again, if the server says so.</param>
internal readonly record struct RpcOutcome(RpcStatus Status, string? Text, TimeSpan? RetryAfter)
{
    // What servers take at most unless they are told otherwise.
    private const int UsualLimit = 4 << 20;

    /// <summary>Reads it off an answer whose body was read, or that has none.</summary>
    public static RpcOutcome Read(HttpStatusCode http, HttpResponseHeaders headers, HttpResponseHeaders trailers)
        => Find(trailers, "grpc-status") is { } last ? Read(last, trailers)
            : Find(headers, "grpc-status") is { } only ? Read(only, headers)
            : http == HttpStatusCode.OK ? new(RpcStatus.Unavailable, "The answer has no status.", null)
            : new(StatusOf(http), null, headers.RetryAfter?.Delta);

    /// <summary>What it means as a status of HTTP: whether another server may do better, and whether this one is at fault.</summary>
    public HttpStatusCode ToHttp() => Status switch
    {
        RpcStatus.Ok => HttpStatusCode.OK,
        RpcStatus.Unavailable or RpcStatus.NotFound or RpcStatus.Cancelled or RpcStatus.Aborted => HttpStatusCode.ServiceUnavailable,
        RpcStatus.ResourceExhausted => HttpStatusCode.TooManyRequests,
        RpcStatus.Unauthenticated or RpcStatus.PermissionDenied => HttpStatusCode.Unauthorized,
        RpcStatus.Unimplemented => HttpStatusCode.NotImplemented,

        // A model that fails on a request is no reason to ask another server, which fails on it too.
        _ => HttpStatusCode.UnprocessableContent,
    };

    /// <summary>What the caller is told.</summary>
    /// <param name="model">What was called.</param>
    /// <param name="length">Bytes of the request, which tell a request that is too large from a server that is too busy.</param>
    public InferenceException Explain(RemoteModel model, int length) => Status switch
    {
        RpcStatus.InvalidArgument or RpcStatus.OutOfRange or RpcStatus.FailedPrecondition or RpcStatus.AlreadyExists => V2Faults.Invalid(Text),
        RpcStatus.Unimplemented => V2Faults.Unsupported(Text),
        RpcStatus.NotFound => V2Faults.Missing(model),
        RpcStatus.ResourceExhausted when RetryAfter is null && length > UsualLimit => V2Faults.TooLarge(),
        RpcStatus.ResourceExhausted => V2Faults.Busy(RetryAfter),
        RpcStatus.Unavailable or RpcStatus.Cancelled or RpcStatus.Aborted => V2Faults.NotReady(RetryAfter),
        RpcStatus.DeadlineExceeded => V2Faults.Late(),
        RpcStatus.Unauthenticated or RpcStatus.PermissionDenied => V2Faults.Refused(),
        _ => V2Faults.Failed(Text),
    };

    private static RpcOutcome Read(string status, HttpResponseHeaders headers) => new(
        int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= (int)RpcStatus.Unauthenticated
            ? (RpcStatus)code
            : RpcStatus.Unknown,
        Find(headers, "grpc-message") is { } text ? Uri.UnescapeDataString(text) : null,
        Find(headers, "grpc-status-details-bin") is { } details ? FindRetryInfo(details) : null);

    private static string? Find(HttpResponseHeaders headers, string name)
        => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static RpcStatus StatusOf(HttpStatusCode http) => http switch
    {
        HttpStatusCode.BadRequest => RpcStatus.Internal,
        HttpStatusCode.Unauthorized => RpcStatus.Unauthenticated,
        HttpStatusCode.Forbidden => RpcStatus.PermissionDenied,
        HttpStatusCode.NotFound => RpcStatus.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            => RpcStatus.Unavailable,
        _ => RpcStatus.Unknown,
    };

    // google.rpc.Status { details = 3 } of google.protobuf.Any { type_url = 1, value = 2 }, one of which is RetryInfo { retry_delay = 1 }.
    private static TimeSpan? FindRetryInfo(string encoded)
    {
        try
        {
            var reader = new WireReader(Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '=')));
            while (reader.TryReadTag(out var field, out var type))
            {
                if (field != 3)
                {
                    reader.Skip(field, type);
                }
                else if (ReadDetail(reader.ReadBytes(type)) is { } wait)
                {
                    return wait;
                }
            }
        }
        catch (Exception exception) when (exception is FormatException or InferenceException or OverflowException)
        {
            // A hint that cannot be read is none.
        }

        return null;
    }

    private static TimeSpan? ReadDetail(ReadOnlySpan<byte> any)
    {
        var isRetryInfo = false;
        var value = default(ReadOnlySpan<byte>);
        var reader = new WireReader(any);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    isRetryInfo = reader.ReadBytes(type).EndsWith("/google.rpc.RetryInfo"u8);
                    break;
                case 2:
                    value = reader.ReadBytes(type);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return isRetryInfo ? ReadRetryInfo(value) : null;
    }

    private static TimeSpan? ReadRetryInfo(ReadOnlySpan<byte> info)
    {
        var reader = new WireReader(info);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                return ReadDuration(reader.ReadBytes(type));
            }

            reader.Skip(field, type);
        }

        return null;
    }

    private static TimeSpan ReadDuration(ReadOnlySpan<byte> duration)
    {
        var (seconds, nanoseconds) = (0L, 0L);
        var reader = new WireReader(duration);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    seconds = (long)reader.ReadVarint();
                    break;
                case 2:
                    nanoseconds = (long)reader.ReadVarint();
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return TimeSpan.FromSeconds(seconds) + TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }
}
