// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>One input while it is read. Reused from request to request; owns the memory of the tensor.</summary>
internal sealed class V2Input : IDisposable
{
    // Of so many inputs small memory stays from request to request; a thousand of them must not pile it up.
    private const int KeptInputs = 4;

    /// <summary>Place among the inputs, from 0.</summary>
    public int Position { get; init; }

    public string? Name { get; set; }

    /// <summary>The input in the words of an error.</summary>
    public string Subject => Name is null ? $"Input {Position + 1}" : $"Input '{Name}'";

    public TensorDataType? DataType { get; set; }

    public TensorShape? Shape { get; set; }

    /// <summary>Bytes behind the JSON that hold the data, when it is not in the JSON.</summary>
    public long? BinarySize { get; set; }

    /// <summary>Elements found in the JSON, or null when there were none.</summary>
    public long? JsonCount { get; set; }

    /// <summary>Whether <see cref="Deferred"/> holds the data as text, because it came before its type.</summary>
    public bool IsDeferred { get; set; }

    public PooledBytes Data { get; } = new();

    public PooledBytes Deferred { get; } = new();

    public void Dispose()
    {
        (Name, DataType, Shape, BinarySize, JsonCount, IsDeferred) = (null, null, null, null, null, false);
        if (Position < KeptInputs)
        {
            Data.Clear();
        }
        else
        {
            Data.Dispose();
        }

        Deferred.Dispose();
    }
}
