// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Xml.Linq;

namespace Inference.Hosting.Packages.Tests;

/// <summary>A package, opened.</summary>
internal sealed class PackageFile : IDisposable
{
    private readonly ZipArchive _archive;

    public PackageFile(string folder, string id, string extension = "nupkg")
    {
        _archive = ZipFile.OpenRead(Path.Combine(folder, $"{id}.{PackedPackages.Version}.{extension}"));
        using var nuspec = _archive.GetEntry($"{id}.nuspec")!.Open();
        Metadata = XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    public XElement Metadata { get; }

    public IEnumerable<string> Files => _archive.Entries.Select(entry => entry.FullName);

    public IEnumerable<string> Dependencies => Metadata.Descendants()
        .Where(element => element.Name.LocalName == "dependency")
        .Select(element => (string)element.Attribute("id")!);

    public string Value(string name)
        => Metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value ?? "";

    public byte[] Read(string path)
    {
        using var stream = _archive.GetEntry(path)!.Open();
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    public void Dispose() => _archive.Dispose();
}
