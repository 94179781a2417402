// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Backends;

/// <summary>The read-only files a version was loaded from: a folder, a single file, or bytes. Thread-safe.</summary>
public abstract class ModelFiles
{
    /// <summary>No files.</summary>
    public static ModelFiles None { get; } = new Folder(null);

    /// <summary>The folder on disk, or null when the files are not on disk.</summary>
    public virtual string? Directory => null;

    /// <summary>Names of all files, relative, with forward slashes.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Files of a folder, subfolders included.</summary>
    /// <param name="path">An existing folder.</param>
    public static ModelFiles FromDirectory(string path) => new Folder(Path.GetFullPath(path));

    /// <summary>A single nameless model in memory.</summary>
    /// <param name="name">The name to give it, for example <c>model.onnx</c>.</param>
    /// <param name="bytes">Its content; not copied.</param>
    public static ModelFiles FromBytes(string name, ReadOnlyMemory<byte> bytes) => new InMemory(name, bytes);

    /// <summary>Whether a file is there.</summary>
    /// <param name="name">Relative, with forward slashes.</param>
    public bool Exists(string name) => Names.Contains(name);

    /// <summary>Opens a file for reading.</summary>
    /// <param name="name">Relative, with forward slashes; never outside the folder.</param>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    public abstract Stream OpenRead(string name);

    private sealed class Folder(string? root) : ModelFiles
    {
        public override string? Directory => root;

        public override IReadOnlyList<string> Names => root is null || !System.IO.Directory.Exists(root)
            ? []
            : [.. System.IO.Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)];

        public override Stream OpenRead(string name)
        {
            // Only listed names open, so that no name leads outside.
            return root is not null && Exists(name)
                ? File.OpenRead(Path.Combine(root, name))
                : throw new FileNotFoundException($"The model has no file '{name}'.", name);
        }
    }

    private sealed class InMemory(string name, ReadOnlyMemory<byte> bytes) : ModelFiles
    {
        public override IReadOnlyList<string> Names => [name];

        public override Stream OpenRead(string name)
            => Exists(name)
                ? new MemoryStream(bytes.ToArray(), writable: false)
                : throw new FileNotFoundException($"The model has no file '{name}'.", name);
    }
}
