// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Reads the <c>data</c> of one input, flat or nested, straight into bytes of its type. Resumes where the text broke off.</summary>
internal sealed class TensorDataReader(InferenceHttpOptions options)
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
    public bool Read(ref Utf8JsonReader reader) => _type switch
    {
        TensorDataType.FP32 => Read<SingleElement>(ref reader),
        TensorDataType.FP64 => Read<DoubleElement>(ref reader),
        TensorDataType.FP16 => Read<HalfElement>(ref reader),
        TensorDataType.BF16 => Read<BFloat16Element>(ref reader),
        TensorDataType.Bool => Read<BoolElement>(ref reader),
        TensorDataType.Bytes => Read<StringElement>(ref reader),
        TensorDataType.Int8 => Read<IntegerElement<sbyte>>(ref reader),
        TensorDataType.Int16 => Read<IntegerElement<short>>(ref reader),
        TensorDataType.Int32 => Read<IntegerElement<int>>(ref reader),
        TensorDataType.Int64 => Read<IntegerElement<long>>(ref reader),
        TensorDataType.UInt8 => Read<IntegerElement<byte>>(ref reader),
        TensorDataType.UInt16 => Read<IntegerElement<ushort>>(ref reader),
        TensorDataType.UInt32 => Read<IntegerElement<uint>>(ref reader),
        TensorDataType.UInt64 => Read<IntegerElement<ulong>>(ref reader),
        _ => throw new InvalidOperationException($"No reader for {_type}."),
    };

    private bool Read<TElement>(ref Utf8JsonReader reader)
        where TElement : struct, IJsonElement
    {
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    Require(_nesting.Open());
                    break;
                case JsonTokenType.EndArray:
                    Require(_nesting.Close(out var isLast));
                    if (isLast)
                    {
                        return true;
                    }

                    break;
                default:
                    Require(_nesting.Element());
                    Append<TElement>(ref reader);
                    break;
            }
        }

        return false;
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
            throw Invalid($"{_input.Subject}: element {Count} of 'data' is {Describe(reader.TokenType)}; {_type.ToV2Name()} takes {TElement.Expected}.");
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

    /// <summary>What stands where an element should, for the text of an error.</summary>
    public static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number that does not fit",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "an object",
    };
}
