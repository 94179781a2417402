// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace QuickStart;

/// <summary>Text to the n-gram ids that the language model reads. Id 0 is padding: no text has it.</summary>
/// <remarks>
/// The twin of <c>training/ngram_ids.py</c>; the model answers nonsense when the two differ, so change both or none.
/// A word is a longest run of UTF-16 units that are letters or marks. Each unit is lower-cased by itself, the word gets
/// an underscore at both ends, and its n-grams are all substrings of 1 to 4 units except the lone underscore. The id is
/// 1 + FNV-1a (32 bits) of the n-gram's UTF-8 bytes, modulo <see cref="Buckets"/>. Text should be in normal form C.
/// </remarks>
internal static class NgramIds
{
    /// <summary>Ids run from 1 to this.</summary>
    public const int Buckets = 32768;

    private const int Longest = 4;
    private const char Mark = '_';

    /// <summary>The ids of a text in reading order: four for each letter, none for a text without letters.</summary>
    public static long[] Of(ReadOnlySpan<char> text)
    {
        var ids = new long[Count(text)];
        Write(text, ids);
        return ids;
    }

    /// <summary>How many ids a text has: four a letter, as a word of n has 4n + 2 n-grams, two of them lone marks.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var letters = 0;
        foreach (var c in text)
        {
            letters += IsLetter(c) ? 1 : 0;
        }

        return letters * Longest;
    }

    /// <summary>Writes the ids of a text, as many as fit.</summary>
    /// <returns>How many were written.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<long> ids)
    {
        var count = 0;
        for (var start = 0; start < text.Length; start++)
        {
            if (!IsLetter(text[start]))
            {
                continue;
            }

            var end = start + 1;
            while (end < text.Length && IsLetter(text[end]))
            {
                end++;
            }

            count += WriteWord(text[start..end], ids[count..]);
            start = end;
        }

        return count;
    }

    private static int WriteWord(ReadOnlySpan<char> word, Span<long> ids)
    {
        var count = 0;

        // Position -1 and position word.Length are the marks.
        for (var start = -1; start <= word.Length; start++)
        {
            var hash = 2166136261u;
            for (var end = start; end <= word.Length && end < start + Longest; end++)
            {
                var isMark = end < 0 || end == word.Length;
                hash = Hash(hash, isMark ? Mark : char.ToLowerInvariant(word[end]));
                if (isMark && end == start)
                {
                    continue;
                }

                if (count == ids.Length)
                {
                    return count;
                }

                ids[count++] = 1 + (hash % Buckets);
            }
        }

        return count;
    }

    private static bool IsLetter(char c) => char.IsLetter(c) || CharUnicodeInfo.GetUnicodeCategory(c)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>Adds the one to three UTF-8 bytes of a unit that is no surrogate.</summary>
    private static uint Hash(uint hash, char unit)
    {
        if (unit < 0x80)
        {
            return HashByte(hash, unit);
        }

        hash = unit < 0x800
            ? HashByte(hash, 0xC0u | (uint)(unit >> 6))
            : HashByte(HashByte(hash, 0xE0u | (uint)(unit >> 12)), 0x80u | ((uint)(unit >> 6) & 0x3F));
        return HashByte(hash, 0x80u | ((uint)unit & 0x3F));
    }

    private static uint HashByte(uint hash, uint value) => unchecked((hash ^ value) * 16777619u);
}
