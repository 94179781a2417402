// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Strings, kept as UTF-8 behind a length.</summary>
internal readonly struct StringElement : IJsonElement
{
    public static string Expected => "a string of valid UTF-8 (send other bytes as binary data)";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        var most = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        var room = target.GetSpan(checked(4 + most));
        int written;
        try
        {
            written = reader.CopyString(room[4..]);
        }
        catch (InvalidOperationException)
        {
            // Invalid UTF-8, or half of a surrogate pair.
            return false;
        }

        BinaryPrimitives.WriteInt32LittleEndian(room, written);
        target.Advance(4 + written);
        return true;
    }
}
