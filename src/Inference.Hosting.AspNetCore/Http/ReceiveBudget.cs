// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>
/// What all bodies that are being received may hold together: limits on one body bound nothing when a thousand of them arrive at once.
/// Thread-safe.
/// </summary>
internal sealed class ReceiveBudget(InferenceHttpOptions options)
{
    /// <summary>A body up to this size is always read: a few hostile senders of large ones must not shut out everybody.</summary>
    public const long AlwaysRead = 64 << 10;

    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    // A container's memory limit counts as the machine's.
    private readonly long _limit = options.MaxReceivingBytes
        ?? Math.Max(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, options.MaxRequestBodySize);

    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Counts bytes that have arrived.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="before">What the same body holds already.</param>
    /// <exception cref="InferenceException">QueueFull: there is no room; nothing was counted.</exception>
    public void Take(long bytes, long before)
    {
        if (Interlocked.Add(ref _held, bytes) <= _limit || before + bytes <= AlwaysRead)
        {
            return;
        }

        Give(bytes);
        throw new InferenceException(
            InferenceErrorCode.QueueFull,
            $"The requests that are being received hold {_limit} bytes already ({InferenceHttpOptions.Section}:{nameof(options.MaxReceivingBytes)}). Send this one again later.")
        {
            RetryAfter = _retryAfter,
        };
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _held, -bytes);
}
