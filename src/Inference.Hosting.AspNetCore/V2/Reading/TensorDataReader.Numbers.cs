// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Hosting.AspNetCore.Http.Json;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Runs of numbers, read from the text itself: a JSON reader takes longer to find a number than to read it takes here.</summary>
/// <remarks>
/// A run starts behind a number and ends behind one of the same depth, so that the JSON reader goes on there in the state it was in. Whatever
/// is not plain (a fault, a limit, a number cut by the end of a segment) ends the run before it: the reader meets it and deals with it,
/// so that there is one place for every fault.
/// </remarks>
internal sealed partial class TensorDataReader
{
    // Elements there is made room for at once.
    private const int RunLength = 256;

    private bool ReadNumbers<TElement, TValue>(ref JsonCursor cursor)
        where TElement : struct, INumberElement<TValue>
        where TValue : unmanaged
    {
        while (cursor.Reader.Read())
        {
            if (Step<TElement>(ref cursor.Reader))
            {
                return true;
            }

            if (cursor.Reader.TokenType == System.Text.Json.JsonTokenType.Number)
            {
                cursor.Skip(ReadRun<TElement, TValue>(cursor.Ahead));
            }
        }

        return false;
    }

    // Bytes used.
    private int ReadRun<TElement, TValue>(ReadOnlySpan<byte> text)
        where TElement : struct, INumberElement<TValue>
        where TValue : unmanaged
    {
        var size = Unsafe.SizeOf<TValue>();
        var used = 0;
        while (true)
        {
            var most = (int)Math.Min(RunLength, Math.Min(_expected - Count, (_budget - _target.Length) / size));
            if (most <= 0)
            {
                return used;
            }

            var room = MemoryMarshal.Cast<byte, TValue>(_target.GetSpan(most * size))[..most];
            var count = ReadRow<TElement, TValue>(text, ref used, room);
            _nesting.Elements(count);
            if (count < most && TryReadNextRow<TElement, TValue>(text, ref used, ref room[count]))
            {
                count++;
            }
            else if (count < most)
            {
                most = 0;
            }

            _target.Advance(count * size);
            Count += count;
            if (most == 0)
            {
                return used;
            }
        }
    }

    // Numbers of the same array: commas and numbers.
    private static int ReadRow<TElement, TValue>(ReadOnlySpan<byte> text, ref int used, Span<TValue> room)
        where TElement : struct, INumberElement<TValue>
        where TValue : unmanaged
    {
        for (var count = 0; count < room.Length; count++)
        {
            var position = SkipWhite(text, used);
            if ((uint)position >= (uint)text.Length || text[position] != ',')
            {
                return count;
            }

            if (!TryReadNumber<TElement, TValue>(text, SkipWhite(text, position + 1), ref used, ref room[count]))
            {
                return count;
            }
        }

        return room.Length;
    }

    // The first number of another array of the same depth: as many brackets close as open again.
    private bool TryReadNextRow<TElement, TValue>(ReadOnlySpan<byte> text, ref int used, ref TValue value)
        where TElement : struct, INumberElement<TValue>
        where TValue : unmanaged
    {
        var position = SkipBrackets(text, used, ']', out var closed);
        if (closed == 0 || closed >= _nesting.Depth || (uint)position >= (uint)text.Length || text[position] != ',')
        {
            return false;
        }

        position = SkipBrackets(text, position + 1, '[', out var opened);
        if (opened != closed || !TryReadNumber<TElement, TValue>(text, position, ref used, ref value))
        {
            return false;
        }

        for (var i = 0; i < closed; i++)
        {
            Require(_nesting.Close(out _));
        }

        for (var i = 0; i < opened; i++)
        {
            Require(_nesting.Open());
        }

        Require(_nesting.Element());
        return true;
    }

    // A number is whole when what ends it is there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadNumber<TElement, TValue>(ReadOnlySpan<byte> text, int position, ref int used, ref TValue value)
        where TElement : struct, INumberElement<TValue>
        where TValue : unmanaged
    {
        var rest = text[position..];
        if (!NumberParts.TryScan(rest, out var parts)
            || (uint)parts.Length >= (uint)rest.Length
            || !IsEnd(rest[parts.Length])
            || !TElement.TryConvert(rest[..parts.Length], parts, out var number))
        {
            return false;
        }

        value = number;
        used = position + parts.Length;
        return true;
    }

    private static int SkipBrackets(ReadOnlySpan<byte> text, int position, char bracket, out int count)
    {
        count = 0;
        position = SkipWhite(text, position);
        while ((uint)position < (uint)text.Length && text[position] == bracket)
        {
            count++;
            position = SkipWhite(text, position + 1);
        }

        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipWhite(ReadOnlySpan<byte> text, int position)
    {
        return (uint)position < (uint)text.Length && text[position] <= ' ' ? SkipMoreWhite(text, position) : position;
    }

    private static int SkipMoreWhite(ReadOnlySpan<byte> text, int position)
    {
        while ((uint)position < (uint)text.Length && IsWhite(text[position]))
        {
            position++;
        }

        return position;
    }

    private static bool IsEnd(byte c) => c == ',' || c == ']' || IsWhite(c);

    private static bool IsWhite(byte c) => c is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
}
