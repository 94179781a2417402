// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>The faults of one request, collected so that the caller mends all of them at once. Costs nothing as long as there are none.</summary>
internal struct RequestFaults
{
    private const int Most = 8;
    private const int LongestName = 100;

    private List<string>? _texts;
    private string? _parameter;
    private int _left;

    public readonly bool Any => _texts is not null;

    /// <summary>Whether it makes no sense to look for more.</summary>
    public readonly bool IsFull => _left > 0;

    /// <summary>A name as it may appear in a message: it can come from outside and have any length.</summary>
    public static string Quote(string? name)
        => name is null ? "(null)" : name.Length <= LongestName ? $"'{name}'" : $"'{name.AsSpan(0, LongestName)}…'";

    /// <param name="parameter">The tensor at fault.</param>
    /// <param name="text">Whole sentences: what is wrong, with which value, and the mend.</param>
    public void Add(string? parameter, string text)
    {
        if (_texts?.Count >= Most)
        {
            _left++;
            return;
        }

        _parameter ??= parameter;
        (_texts ??= []).Add(text);
    }

    public readonly InferenceException ToException()
        => new(
            InferenceErrorCode.InvalidInput,
            string.Join(' ', _texts ?? []) + (_left > 0 ? " There are more faults." : ""))
        {
            Parameter = _parameter,
        };
}
