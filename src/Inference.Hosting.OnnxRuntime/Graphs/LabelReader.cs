// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>Reads class names where exporters put them: the file's metadata, else <c>config.json</c> beside it.</summary>
internal static class LabelReader
{
    private static readonly string[] _keys = ["names", "labels", "classes", "class_names", "id2label"];

    /// <summary>The labels by class number, or null.</summary>
    /// <param name="metadata">The file's own metadata.</param>
    /// <param name="folder">The model's folder, or null for a model in memory.</param>
    public static IReadOnlyList<string>? Read(IReadOnlyDictionary<string, string> metadata, string? folder)
    {
        foreach (var key in _keys)
        {
            if (metadata.TryGetValue(key, out var text) && Parse(text) is { } labels)
            {
                return labels;
            }
        }

        return folder is null ? null : ReadConfig(folder);
    }

    /// <summary>Names from a JSON list or object, or the text of a Python list or dict; null when it is none of them.</summary>
    internal static string[]? Parse(string text)
    {
        text = text.Trim();
        var entries = new List<(string? Key, string Value)>();
        var reader = new Literals(text);
        if (!reader.TryReadCollection(entries))
        {
            return null;
        }

        return entries.TrueForAll(entry => entry.Key is null) ? [.. entries.Select(entry => entry.Value)] : ByNumber(entries);
    }

    private static string[]? ByNumber(List<(string? Key, string Value)> entries)
    {
        var labels = new string?[entries.Count];
        foreach (var (key, value) in entries)
        {
            // Numbers must be dense, or the last axis would not be what they count.
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || index >= labels.Length
                || labels[index] is not null)
            {
                return null;
            }

            labels[index] = value;
        }

        return labels!;
    }

    private static string[]? ReadConfig(string folder)
    {
        foreach (var candidate in new[] { folder, Path.GetDirectoryName(folder) })
        {
            // Exports with an onnx folder keep the configuration above it.
            if (candidate is null || (candidate != folder && Path.GetFileName(folder) != "onnx"))
            {
                continue;
            }

            var file = Path.Combine(candidate, "config.json");
            if (!File.Exists(file))
            {
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                return document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty("id2label", out var labels)
                    ? Parse(labels.GetRawText())
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The little that JSON and Python share: lists and dicts of numbers and quoted texts.</summary>
    private ref struct Literals(string text)
    {
        private int _position = 0;

        public bool TryReadCollection(List<(string? Key, string Value)> entries)
        {
            if (Peek() is not ('[' or '{' or '('))
            {
                return false;
            }

            var isDict = text[_position] == '{';
            var close = isDict ? '}' : text[_position] == '[' ? ']' : ')';
            _position++;
            while (Peek() != close)
            {
                if (!TryReadScalar(out var first))
                {
                    return false;
                }

                string? key = null;
                if (isDict)
                {
                    key = first;
                    if (Peek() != ':')
                    {
                        return false;
                    }

                    _position++;
                    if (!TryReadScalar(out first))
                    {
                        return false;
                    }
                }

                entries.Add((key, first));
                if (Peek() == ',')
                {
                    _position++;
                }
                else if (Peek() != close)
                {
                    return false;
                }
            }

            _position++;
            return entries.Count > 0 && Peek() == '\0';
        }

        private char Peek()
        {
            while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            {
                _position++;
            }

            return _position < text.Length ? text[_position] : '\0';
        }

        private bool TryReadScalar(out string value)
        {
            value = "";
            var quote = Peek();
            if (quote is not ('"' or '\''))
            {
                var start = _position;
                while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] is '-' or '.' or '_'))
                {
                    _position++;
                }

                value = text[start.._position];
                return value.Length > 0;
            }

            var built = new StringBuilder();
            for (_position++; _position < text.Length; _position++)
            {
                var current = text[_position];
                if (current == quote)
                {
                    _position++;
                    value = built.ToString();
                    return true;
                }

                if (current == '\\' && !TryReadEscape(built))
                {
                    return false;
                }

                if (current != '\\')
                {
                    built.Append(current);
                }
            }

            return false;
        }

        private bool TryReadEscape(StringBuilder built)
        {
            _position++;
            if (_position >= text.Length)
            {
                return false;
            }

            var kind = text[_position];
            var digits = kind switch { 'u' => 4, 'x' => 2, _ => 0 };
            if (digits == 0)
            {
                built.Append(kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => kind });
                return true;
            }

            if (_position + digits >= text.Length
                || !int.TryParse(text.AsSpan(_position + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                return false;
            }

            built.Append((char)code);
            _position += digits;
            return true;
        }
    }
}
