// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V1.Reading;

/// <summary>What concerns one value of one input: an element, a nested array, or bytes.</summary>
internal sealed partial class V1JsonParser
{
    private readonly long[] _shape;
    private V1Place _afterValue;
    private bool _isFirst;
    private bool _isArray;
    private bool _isNamed;
    private bool _hasBytes;
    private long _elements;
    private long _finished;
    private int _start;

    private void BeginValue(ref Utf8JsonReader reader, V1Place after)
    {
        (_afterValue, _isArray, _elements, _start) = (after, reader.TokenType == JsonTokenType.StartArray, 0, _input!.Data.Length);
        if (_isArray)
        {
            _nesting.Begin();
            _place = V1Place.Value;
        }
        else if (reader.TokenType == JsonTokenType.StartObject && _input.Spec.DataType == TensorDataType.Bytes)
        {
            (_place, _isNamed, _hasBytes) = (V1Place.Base64, false, false);
        }
        else
        {
            ReadValue(ref reader);
        }
    }

    private void EndValue()
    {
        var (input, rank) = (_input!, _isArray ? _nesting.Rank : 0);
        for (var axis = 0; axis < rank; axis++)
        {
            _shape[axis] = _nesting.LengthAt(axis + 1);
        }

        input.End(_shape.AsSpan(0, rank), _start);
        if (input.Runs.Count > _options.MaxTensors)
        {
            throw Limits.TooMany($"changes of shape among the instances of '{input.Spec.Name}'", _options.MaxTensors, nameof(_options.MaxTensors));
        }

        _finished += input.Data.Length - _start;
        _place = _afterValue;
        if (_place == V1Place.Rows)
        {
            EndRow();
        }
    }

    /// <summary>Reads the element the reader stands on, or goes on in a nested array.</summary>
    /// <returns>False when more text is needed; true with the first token behind it.</returns>
    private bool ReadValue(ref Utf8JsonReader reader) => _input!.Spec.DataType switch
    {
        TensorDataType.FP32 => ReadValue<SingleElement>(ref reader),
        TensorDataType.FP64 => ReadValue<DoubleElement>(ref reader),
        TensorDataType.FP16 => ReadValue<HalfElement>(ref reader),
        TensorDataType.BF16 => ReadValue<BFloat16Element>(ref reader),
        TensorDataType.Bool => ReadValue<BoolElement>(ref reader),
        TensorDataType.Bytes => ReadValue<StringElement>(ref reader),
        TensorDataType.Int8 => ReadValue<IntegerElement<sbyte>>(ref reader),
        TensorDataType.Int16 => ReadValue<IntegerElement<short>>(ref reader),
        TensorDataType.Int32 => ReadValue<IntegerElement<int>>(ref reader),
        TensorDataType.Int64 => ReadValue<IntegerElement<long>>(ref reader),
        TensorDataType.UInt8 => ReadValue<IntegerElement<byte>>(ref reader),
        TensorDataType.UInt16 => ReadValue<IntegerElement<ushort>>(ref reader),
        TensorDataType.UInt32 => ReadValue<IntegerElement<uint>>(ref reader),
        TensorDataType.UInt64 => ReadValue<IntegerElement<ulong>>(ref reader),
        var type => throw new InvalidOperationException($"No reader for {type}."),
    };

    private bool ReadValue<TElement>(ref Utf8JsonReader reader)
        where TElement : struct, IJsonElement
    {
        if (!_isArray)
        {
            Append<TElement>(ref reader);
            EndValue();
            return true;
        }

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
                        EndValue();
                        return reader.Read();
                    }

                    break;
                case JsonTokenType.StartObject when _input!.Spec.DataType == TensorDataType.Bytes:
                    Require(_nesting.Element());
                    (_place, _isNamed, _hasBytes) = (V1Place.Base64, false, false);
                    return reader.Read();
                default:
                    Require(_nesting.Element());
                    Append<TElement>(ref reader);
                    break;
            }
        }

        return false;
    }

    private void Append<TElement>(ref Utf8JsonReader reader)
        where TElement : struct, IJsonElement
    {
        var input = _input!;
        if (!TElement.TryAppend(ref reader, input.Data))
        {
            throw Invalid(
                $"{Subject}: element {_elements} is {JsonText.Describe(reader.TokenType)}; {input.Spec.DataType.ToV2Name()} takes {TElement.Expected}.", input);
        }

        _elements++;
        CheckSize();
    }

    private void CheckSize()
    {
        if (_finished + _input!.Data.Length - _start > _options.MaxTensorBytes)
        {
            throw Limits.TooManyTensorBytes(_options, _input.Spec.Name);
        }
    }

    /// <summary>Whether an object that could be a row is bytes: <c>{"b64": …}</c> for a model of one BYTES input.</summary>
    private bool IsBytes(ref Utf8JsonReader reader)
        => _only is { Spec: { DataType: TensorDataType.Bytes, Name: not "b64" } } && Is(ref reader, "b64"u8);

    private void BeginBytes(V1Place after)
        => (_place, _isNamed, _hasBytes, _afterValue, _isArray, _elements, _start) =
            (V1Place.Base64, true, false, after, false, 0, _input!.Data.Length);

    private void StepBase64(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when !_isNamed && Is(ref reader, "b64"u8):
                _isNamed = true;
                break;
            case JsonTokenType.String when _isNamed && !_hasBytes && TryAppendBase64(ref reader):
                _hasBytes = true;
                break;
            case JsonTokenType.EndObject when _hasBytes:
                _elements++;
                if (_isArray)
                {
                    _place = V1Place.Value;
                }
                else
                {
                    EndValue();
                }

                break;
            default:
                throw Invalid($"{Subject}: element {_elements} must be a string, or bytes as {{\"b64\": \"…\"}} in base 64.", _input!);
        }
    }

    private bool TryAppendBase64(ref Utf8JsonReader reader)
    {
        var data = _input!.Data;
        var most = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        var room = data.GetSpan(checked(4 + most));
        try
        {
            var text = room.Slice(4, reader.CopyString(room[4..]));
            if (Base64.DecodeFromUtf8InPlace(text, out var written) != OperationStatus.Done)
            {
                return false;
            }

            BinaryPrimitives.WriteInt32LittleEndian(room, written);
            data.Advance(4 + written);
        }
        catch (InvalidOperationException)
        {
            // Invalid UTF-8, or half of a surrogate pair.
            return false;
        }

        CheckSize();
        return true;
    }
}
