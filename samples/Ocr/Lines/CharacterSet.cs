// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Lines;

/// <summary>The characters that the recognizer knows, by class: 0 is the blank, the last is the space.</summary>
internal sealed class CharacterSet
{
    public const int Blank = 0;

    private readonly string[] _characters;

    private CharacterSet(string[] characters) => _characters = characters;

    /// <summary>Number of classes.</summary>
    public int Count => _characters.Length;

    public string this[int index] => _characters[index];

    /// <summary>Reads a file with one character a line.</summary>
    public static CharacterSet Read(Stream stream)
    {
        using var reader = new StreamReader(stream);
        var characters = new List<string> { "" };
        while (reader.ReadLine() is { } line)
        {
            characters.Add(line);
        }

        characters.Add(" ");
        return new CharacterSet([.. characters]);
    }
}
