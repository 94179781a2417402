// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Functions;

/// <summary>A whole answer before its first byte is sent, since a result that cannot be written must not look like half an answer.</summary>
internal sealed class PooledWriter : IBufferWriter<byte>, IDisposable
{
    private readonly PooledBytes _bytes = new();

    public ReadOnlyMemory<byte> Memory => _bytes.Memory;

    public void Advance(int count) => _bytes.Advance(count);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(Math.Max(1, sizeHint));

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(Math.Max(1, sizeHint));

    public void Clear() => _bytes.Clear();

    public void Dispose() => _bytes.Dispose();
}
