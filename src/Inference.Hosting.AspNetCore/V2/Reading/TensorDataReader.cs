// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Reads the <c>data</c> of one input, flat or nested, straight into bytes of its type. Resumes where the text broke off.</summary>
internal sealed partial class TensorDataReader(InferenceHttpOptions options)
{
    private readonly Nesting _nesting = new(options.MaxRank);
    private V2Input _input = null!;
    private PooledBytes _target = null!;
    private TensorDataType _type;
    private long _expected;
    private long _budget;

    /// <summary>Elements read so far.</summary>
    public long Count { get; private set; }

    /// <summary>Starts behind the first bracket.</summary>
    /// <param name="input">Where elements go; its type is known.</param>
    /// <param name="expected">Their number, or null while the shape is unknown.</param>
    /// <param name="budget">Bytes that may be filled.</param>
    public void Begin(V2Input input, long? expected, long budget)
    {
        (_input, _target, _type) = (input, input.Data, input.DataType!.Value);
        (_expected, _budget) = (expected ?? long.MaxValue, budget);
        Count = 0;
        _nesting.Begin();
    }

    /// <summary>Reads on.</summary>
    /// <returns>True at the last bracket; false when more text is needed.</returns>
    /// <exception cref="InferenceException">InvalidInput, with tensor and index; PayloadTooLarge.</exception>
    public bool Read(ref JsonCursor cursor) => _type switch
    {
        TensorDataType.FP32 => ReadNumbers<SingleElement, float>(ref cursor),
        TensorDataType.FP64 => ReadNumbers<DoubleElement, double>(ref cursor),
        TensorDataType.FP16 => ReadNumbers<HalfElement, Half>(ref cursor),
        TensorDataType.BF16 => ReadNumbers<BFloat16Element, ushort>(ref cursor),
        TensorDataType.Bool => Read<BoolElement>(ref cursor),
        TensorDataType.Bytes => Read<StringElement>(ref cursor),
        TensorDataType.Int8 => ReadNumbers<IntegerElement<sbyte>, sbyte>(ref cursor),
        TensorDataType.Int16 => ReadNumbers<IntegerElement<short>, short>(ref cursor),
        TensorDataType.Int32 => ReadNumbers<IntegerElement<int>, int>(ref cursor),
        TensorDataType.Int64 => ReadNumbers<IntegerElement<long>, long>(ref cursor),
        TensorDataType.UInt8 => ReadNumbers<IntegerElement<byte>, byte>(ref cursor),
        TensorDataType.UInt16 => ReadNumbers<IntegerElement<ushort>, ushort>(ref cursor),
        TensorDataType.UInt32 => ReadNumbers<IntegerElement<uint>, uint>(ref cursor),
        TensorDataType.UInt64 => ReadNumbers<IntegerElement<ulong>, ulong>(ref cursor),
        _ => throw new InvalidOperationException($"No reader for {_type}."),
    };

    private bool Read<TElement>(ref JsonCursor cursor)
        where TElement : struct, IJsonElement
    {
        while (cursor.Reader.Read())
        {
            if (Step<TElement>(ref cursor.Reader))
            {
                return true;
            }
        }

        return false;
    }

    // Takes the token the reader stands on; true at the last bracket.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Step<TElement>(ref Utf8JsonReader reader)
        where TElement : struct, IJsonElement
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                Require(_nesting.Open());
                return false;
            case JsonTokenType.EndArray:
                Require(_nesting.Close(out var isLast));
                return isLast;
            default:
                Require(_nesting.Element());
                Append<TElement>(ref reader);
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append<TElement>(ref Utf8JsonReader reader)
        where TElement : struct, IJsonElement
    {
        if (Count == _expected)
        {
            throw Invalid($"{_input.Subject}: 'data' has more than the {_expected} elements of its shape.");
        }

        if (!TElement.TryAppend(ref reader, _target))
        {
            throw Invalid($"{_input.Subject}: element {Count} of 'data' is {JsonText.Describe(reader.TokenType)}; {_type.ToV2Name()} takes {TElement.Expected}.");
        }

        Count++;
        if (_target.Length > _budget)
        {
            throw Limits.TooManyTensorBytes(options, _input.Name);
        }
    }

    private void Require(bool isRegular)
    {
        if (!isRegular)
        {
            throw Invalid($"{_input.Subject}: 'data' {_nesting.Fault}.");
        }
    }

    private InferenceException Invalid(string text) => new(InferenceErrorCode.InvalidInput, text) { Parameter = _input.Name };
}
