// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Names of functions and schemas.</summary>
internal static class FunctionNames
{
    /// <summary>What a name must be, as it follows its path in a message.</summary>
    public const string Rule = "must be 1 to 64 letters, digits, underscores and hyphens";

    private const int Longest = 64;

    private static readonly SearchValues<char> _characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static bool IsValid(string name) => name.Length is > 0 and <= Longest && !name.AsSpan().ContainsAnyExcept(_characters);
}
