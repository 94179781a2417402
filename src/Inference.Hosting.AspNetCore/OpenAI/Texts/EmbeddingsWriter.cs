// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary>Writes vectors. By hand: a request may have thousands, of thousands of numbers each, and a JSON writer takes several times as long for a number.</summary>
internal static class EmbeddingsWriter
{
    // A number and its comma.
    private const int MaxNumberLength = ShortestSingle.MaxLength + 1;

    /// <summary>Writes the body of <c>/v1/embeddings</c>.</summary>
    /// <exception cref="InferenceException">EngineFailed: a number is not finite.</exception>
    public static void Write(IBufferWriter<byte> buffer, string model, EmbeddingResult result, bool isBase64)
    {
        buffer.Write("""{"object":"list","data":["""u8);
        for (var i = 0; i < result.Embeddings.Count; i++)
        {
            WriteText(buffer, $$"""{{(i == 0 ? "" : ",")}}{"object":"embedding","index":{{i}},"embedding":""");
            var vector = result.Embeddings[i].Vector.Span;
            if (isBase64)
            {
                WriteBase64(buffer, vector, i);
            }
            else
            {
                WriteNumbers(buffer, vector, i);
            }

            buffer.Write("}"u8);
        }

        WriteText(buffer, $"],\"model\":\"{JsonEncodedText.Encode(model, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
        if (result.Usage is { } usage)
        {
            WriteText(buffer, $$""","usage":{"prompt_tokens":{{usage.PromptTokens}},"total_tokens":{{usage.TotalTokens}}}""");
        }

        buffer.Write("}"u8);
    }

    /// <summary>Writes numbers as an array, in the shortest form that reads back as the same ones.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="vector">The numbers.</param>
    /// <param name="index">Of the input they are for.</param>
    /// <exception cref="InferenceException">EngineFailed: a number is not finite.</exception>
    public static void WriteNumbers(IBufferWriter<byte> buffer, ReadOnlySpan<float> vector, int index)
    {
        buffer.Write("["u8);
        while (vector.Length > 0)
        {
            var text = buffer.GetSpan(MaxNumberLength);
            var count = Math.Min(vector.Length, text.Length / MaxNumberLength);
            var length = 0;
            foreach (var value in vector[..count])
            {
                length += ShortestSingle.Format(TextChecks.Finite(value, index), text[length..]);
                text[length++] = (byte)',';
            }

            vector = vector[count..];
            buffer.Advance(vector.Length > 0 ? length : length - 1);
        }

        buffer.Write("]"u8);
    }

    private static void WriteBase64(IBufferWriter<byte> buffer, ReadOnlySpan<float> vector, int index)
    {
        TextChecks.Finite(vector, index);
        var bytes = BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes(vector) : Reverse(vector);
        var text = buffer.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 2);
        text[0] = (byte)'"';
        Base64.EncodeToUtf8(bytes, text[1..], out _, out var length);
        text[length + 1] = (byte)'"';
        buffer.Advance(length + 2);
    }

    private static byte[] Reverse(ReadOnlySpan<float> vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return bytes;
    }

    private static void WriteText(IBufferWriter<byte> buffer, string text)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(text);
        Utf8.FromUtf16(text, buffer.GetSpan(length), out _, out var written);
        buffer.Advance(written);
    }
}
