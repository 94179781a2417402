// SPDX-License-Identifier: Apache-2.0

using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Where a graph is read from.</summary>
/// <param name="path">The file, or null for bytes.</param>
/// <param name="bytes">The content, or null for a file.</param>
internal sealed class ModelSource(string? path, byte[]? bytes)
{
    public string? Path { get; } = path;

    /// <summary>For logs only: clients must not see paths.</summary>
    public string Description => Path ?? $"{bytes!.Length} bytes in memory";

    /// <summary>Bytes of the graph itself, without external data.</summary>
    public long Length => Path is null ? bytes!.Length : new FileInfo(Path).Length;

    /// <summary>Bytes of a file beside the graph; 0 when there is none.</summary>
    /// <param name="name">As the graph names it.</param>
    public long LengthOf(string name)
    {
        var folder = System.IO.Path.GetDirectoryName(Path);
        var file = folder is null ? null : new FileInfo(System.IO.Path.Combine(folder, name));
        return file is { Exists: true } ? file.Length : 0;
    }

    public InferenceSession Open(SessionOptions options)
        => Path is null ? new(bytes!, options) : new(Path, options);

    public Stream OpenRead() => Path is null ? new MemoryStream(bytes!, writable: false) : File.OpenRead(Path);
}
