// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>Text in pieces, as a server hands it over.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> memory, int size)
    {
        if (memory.Length <= size)
        {
            return new(memory);
        }

        var first = new Segments { Memory = memory[..size] };
        var last = first;
        for (var position = size; position < memory.Length; position += size)
        {
            var next = new Segments { Memory = memory.Slice(position, Math.Min(size, memory.Length - position)), RunningIndex = position };
            last.Next = next;
            last = next;
        }

        return new(first, 0, last, last.Memory.Length);
    }
}
