// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Collects the dimensions of a shape.</summary>
internal sealed class ShapeReader(InferenceHttpOptions options)
{
    private readonly long[] _dimensions = new long[options.MaxRank];
    private int _rank;

    public void Begin() => _rank = 0;

    /// <summary>Takes the dimension the reader stands on.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public void Add(ref Utf8JsonReader reader, V2Input input)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var dimension) || dimension < 0)
        {
            throw Invalid(input, $"dimension {_rank} of 'shape' must be an integer of 0 or more that fits 64 bits; a request has no open dimensions");
        }

        if (_rank == _dimensions.Length)
        {
            throw Invalid(input, $"'shape' has more than {_dimensions.Length} dimensions ({InferenceHttpOptions.Section}:{nameof(options.MaxRank)})");
        }

        _dimensions[_rank++] = dimension;
    }

    /// <summary>The whole shape.</summary>
    /// <exception cref="InferenceException">InvalidInput: more elements than can be counted.</exception>
    public TensorShape End(V2Input input)
    {
        var dimensions = _dimensions.AsSpan(0, _rank);
        return TensorShape.TryGetElementCount(dimensions, out _)
            ? TensorShape.Create(dimensions)
            : throw Invalid(input, $"the product of 'shape' [{string.Join(',', dimensions.ToArray())}] overflows 64 bits");
    }

    private static InferenceException Invalid(V2Input input, string fault)
        => new(InferenceErrorCode.InvalidInput, $"{input.Subject}: {fault}.") { Parameter = input.Name };
}
