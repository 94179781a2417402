// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore;

/// <summary>Finds every value that is out of range; each text names key, value and mend.</summary>
internal static class InferenceHttpOptionsValidator
{
    private const long OneKiB = 1024;
    private const long OneGiB = 1L << 30;

    public static IEnumerable<string> Validate(InferenceHttpOptions options)
    {
        string?[] faults =
        [
            Range(nameof(options.MaxRequestBodySize), options.MaxRequestBodySize, OneKiB, long.MaxValue),
            Range(nameof(options.MaxDecompressedBodySize), options.MaxDecompressedBodySize, OneKiB, long.MaxValue),
            Range(nameof(options.MaxReceivingBytes), options.MaxReceivingBytes ?? long.MaxValue, OneKiB * OneKiB, long.MaxValue),
            Range(nameof(options.MaxTensorBytes), options.MaxTensorBytes, OneKiB, OneGiB),
            Range(nameof(options.MaxJsonDepth), options.MaxJsonDepth, 8, 1000),
            Range(nameof(options.MaxTensors), options.MaxTensors, 1, int.MaxValue),
            Range(nameof(options.MaxParameters), options.MaxParameters, 1, int.MaxValue),
            Range(nameof(options.MaxNameLength), options.MaxNameLength, 1, int.MaxValue),
            Range(nameof(options.MaxRank), options.MaxRank, 1, 1024),
            Range(nameof(options.HighestPriority), options.HighestPriority, 1, int.MaxValue),
            NotNegative(nameof(options.ReceiveTimeout), options.ReceiveTimeout),
            Positive(nameof(options.RequestTimeout), options.RequestTimeout),
            Positive(nameof(options.MaxQueueTimeout), options.MaxQueueTimeout),
            HeaderForwarding.IsPattern(options.HeaderForwardPattern)
                ? null
                : Fault(nameof(options.HeaderForwardPattern), $"'{options.HeaderForwardPattern}'", "a regular expression without look-around and back-references, such as x-model-.*, or nothing"),
            options.Tenant is null ? Fault(nameof(options.Tenant), "null", "a delegate; one that returns null gives nobody a share of its own") : null,
        ];
        return faults.OfType<string>();
    }

    private static string? Range(string key, long value, long least, long most)
        => value >= least && value <= most
            ? null
            : Fault(key, value.ToString(System.Globalization.CultureInfo.InvariantCulture), $"a number from {least} to {most}");

    private static string? NotNegative(string key, TimeSpan value)
        => value >= TimeSpan.Zero ? null : Fault(key, value.ToString(), "a time span of zero or more, such as 00:02:00");

    private static string? Positive(string key, TimeSpan? value)
        => value is null || value > TimeSpan.Zero ? null : Fault(key, value.ToString()!, "a time span above zero, such as 00:00:30, or nothing");

    private static string Fault(string key, string value, string wanted)
        => $"{InferenceHttpOptions.Section}:{key} is {value}. Give {wanted}.";
}
