// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>A JSON reader over text that has arrived, which can be moved past text that somebody else has read.</summary>
internal ref struct JsonCursor
{
    /// <summary>The reader. It stands on a token, or before the first.</summary>
    public Utf8JsonReader Reader;

    private readonly bool _isLast;
    private readonly JsonPosition? _position;
    private ReadOnlySequence<byte> _text;
    private long _start;

    /// <param name="text">The text.</param>
    /// <param name="isLast">Whether nothing more will come.</param>
    /// <param name="state">Where the reader of the text before stopped.</param>
    /// <param name="position">Is told what was read; null when nobody asks.</param>
    public JsonCursor(in ReadOnlySequence<byte> text, bool isLast, JsonReaderState state, JsonPosition? position)
    {
        (_text, _isLast, _position) = (text, isLast, position);
        Reader = new Utf8JsonReader(text, isLast, state);
    }

    /// <summary>Bytes of the text that were used.</summary>
    public readonly long Consumed => _start + Reader.BytesConsumed;

    /// <summary>Where in the text the token begins.</summary>
    public readonly long TokenStart => _start + Reader.TokenStartIndex;

    /// <summary>What follows the token in memory without a break; there may be more behind it.</summary>
    public readonly ReadOnlySpan<byte> Ahead => _text.Slice(Reader.BytesConsumed).FirstSpan;

    /// <summary>Moves past the first bytes of <see cref="Ahead"/>, which end with a token as the one the reader stands on, at the same depth.</summary>
    public void Skip(int count)
    {
        if (count == 0)
        {
            return;
        }

        var consumed = Reader.BytesConsumed;
        _position?.Read(_text.Slice(0, consumed));
        _position?.Skip(Ahead[..count]);
        _text = _text.Slice(consumed + count);
        _start += consumed + count;
        Reader = new Utf8JsonReader(_text, _isLast, Reader.CurrentState);
    }

    /// <summary>Where the reader of the text behind has to go on.</summary>
    public readonly JsonReaderState Stop()
    {
        _position?.Read(_text.Slice(0, Reader.BytesConsumed));
        return Reader.CurrentState;
    }
}
