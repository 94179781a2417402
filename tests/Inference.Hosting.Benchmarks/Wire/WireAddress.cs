// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>Where the server listens, in clear text.</summary>
/// <param name="Http1">HTTP/1.1.</param>
/// <param name="Http2">HTTP/2.</param>
internal sealed record WireAddress(IPEndPoint Http1, IPEndPoint Http2)
{
    public static WireAddress Parse(string line)
    {
        var ports = line.Split(' ');
        return new(IPEndPoint.Parse(ports[0]), IPEndPoint.Parse(ports[1]));
    }

    public override string ToString() => $"{Http1} {Http2}";
}
