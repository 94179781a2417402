// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>Moves BYTES elements between their encoded form and string tensors, byte for byte: NUL and invalid UTF-8 pass.</summary>
internal static class StringTensors
{
    /// <summary>Sets all elements.</summary>
    /// <exception cref="EngineException">There are fewer elements than the shape holds.</exception>
    public static void Fill(OrtValue value, ReadOnlySpan<byte> encoded, long count)
    {
        for (var i = 0; i < count; i++)
        {
            if (!BytesEncoding.TryRead(ref encoded, out var element))
            {
                throw new EngineException(EngineFault.Data, $"A BYTES input has {i} elements, its shape {count}.");
            }

            value.StringTensorSetElementAt(element, i);
        }
    }

    /// <summary>Encodes all elements into a buffer that grows.</summary>
    /// <returns>Bytes written.</returns>
    public static int Encode(OrtValue value, long count, ref byte[] buffer)
    {
        var written = 0;
        for (var i = 0; i < count; i++)
        {
            var element = value.GetStringElementAsSpan(i);
            var needed = checked(written + 4 + element.Length);
            if (needed > buffer.Length)
            {
                Array.Resize(ref buffer, Math.Max(needed, buffer.Length * 2));
            }

            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(written), element.Length);
            element.CopyTo(buffer.AsSpan(written + 4));
            written = needed;
        }

        return written;
    }
}
