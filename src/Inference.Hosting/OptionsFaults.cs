// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>Collects what is wrong with options: each fault names the key, the value and the mend.</summary>
internal sealed class OptionsFaults(string? name, string section)
{
    private readonly List<string> _faults = [];
    private readonly string _path = Path(name, section);

    public ValidateOptionsResult Result => _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);

    public OptionsFaults InRange<T>(string key, T? value, T min, T max)
        where T : struct, IComparable<T>
    {
        if (value is { } given && (given.CompareTo(min) < 0 || given.CompareTo(max) > 0))
        {
            Add(key, given, $"use {min} to {max}");
        }

        return this;
    }

    public OptionsFaults Add(string key, object? value, string mend)
    {
        _faults.Add($"{_path}:{key} is {value ?? "null"}: {mend}.");
        return this;
    }

    // Options of a version are named model@version.
    private static string Path(string? name, string section)
    {
        var parts = (name ?? "").Split('@');
        var model = parts.Length == 2
            ? $"Inference:Models:{parts[0]}:Versions:{parts[1]}"
            : $"Inference:Models:{parts[0]}";
        return section.Length == 0 ? model : $"{model}:{section}";
    }
}
