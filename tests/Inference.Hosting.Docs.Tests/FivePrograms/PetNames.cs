// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>Names of the classes, one a line of the model's labels.txt.</summary>
internal sealed class PetNames(ModelFiles files)
{
    private readonly string[] _names = Read(files);

    public string this[int index] => _names[index];

    private static string[] Read(ModelFiles files)
    {
        using var reader = new StreamReader(files.OpenRead("labels.txt"));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}
