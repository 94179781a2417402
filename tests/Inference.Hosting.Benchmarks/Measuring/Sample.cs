// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Benchmarks.Measuring;

/// <summary>One measurement of one way: a second or so of load.</summary>
/// <param name="PerSecond">Requests answered a second.</param>
/// <param name="P50">Median latency in µs.</param>
/// <param name="P99">99th percentile of the latency in µs.</param>
/// <param name="CpuMicroseconds">CPU of the process that answers for each request, in µs.</param>
/// <param name="Bytes">Managed bytes allocated for each request.</param>
internal readonly record struct Sample(double PerSecond, double P50, double P99, double CpuMicroseconds, double Bytes)
{
    /// <summary>Requests answered in all.</summary>
    public double Count { get; init; }
}
