// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using Grpc.Net.Compression;

namespace Inference.Hosting.Grpc;

/// <summary>A compression that inflates no message beyond a limit, which gRPC itself does not see to.</summary>
internal sealed class BoundedCompression(string name, long limit) : ICompressionProvider
{
    public string EncodingName => name;

    public static BoundedCompression Gzip(long limit) => new("gzip", limit);

    public static BoundedCompression Deflate(long limit) => new("deflate", limit);

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
    {
        var level = compressionLevel ?? CompressionLevel.Fastest;
        return name == "gzip" ? new GZipStream(stream, level, leaveOpen: true) : new ZLibStream(stream, level, leaveOpen: true);
    }

    public Stream CreateDecompressionStream(Stream stream)
        => new BoundedStream(name == "gzip" ? new GZipStream(stream, CompressionMode.Decompress) : new ZLibStream(stream, CompressionMode.Decompress), limit);
}
