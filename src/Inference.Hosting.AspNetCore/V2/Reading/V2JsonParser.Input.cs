// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>What concerns one input.</summary>
internal sealed partial class V2JsonParser
{
    private static readonly string[] _dataTypes = [.. Enum.GetValues<TensorDataType>().Select(type => type.ToV2Name())];

    private TensorDataType ReadDataType(ref Utf8JsonReader reader)
    {
        var name = JsonText.Read(ref reader, "'datatype' of an input", options.MaxNameLength, _dataTypes);
        return TensorDataTypes.TryParse(name, out var type)
            ? type
            : throw Invalid(
                $"{Subject}: the datatype '{name}' is not known. Known are {string.Join(", ", _dataTypes)}.",
                _input.Name);
    }

    private void BeginData(ref JsonCursor cursor)
    {
        if (_input.DataType is null)
        {
            // Its bytes depend on a type that is still to come: the text is kept and read at the end of the object.
            Skip(ref cursor.Reader);
            (_isCapturing, _captureFrom) = (true, cursor.TokenStart);
            _input.IsDeferred = true;
            return;
        }

        BeginTyped();
        _place = JsonPlace.Data;
    }

    private void BeginTyped()
    {
        long? expected = null;
        if (_input.Shape is { } shape && shape.TryGetElementCount(out var count))
        {
            expected = count;

            // Refused before anything is read; the smallest BYTES element is its length alone.
            if (count > _budget / Math.Max(_input.DataType!.Value.GetElementSize(), 1))
            {
                throw Limits.TooManyTensorBytes(options, _input.Name);
            }

            _input.Data.Expect(count * _input.DataType!.Value.GetElementSize());
        }

        _data.Begin(_input, expected, _budget);
    }

    private void EndInput()
    {
        Require(_input.Name is not null, "'name' is missing");
        Require(_input.DataType is not null, "'datatype' is missing");
        Require(_input.Shape is not null, "'shape' is missing");
        for (var i = 0; i < _request.InputCount - 1; i++)
        {
            Require(_request[i].Name != _input.Name, "the name is given twice");
        }

        if (_input.IsDeferred)
        {
            ReadDeferred();
        }

        var hasData = _input.JsonCount is not null;
        Require(!hasData || _input.BinarySize is null, "both 'data' and the parameter 'binary_data_size' are given");
        Require(hasData || _input.BinarySize is not null, "'data' is missing");
        if (hasData)
        {
            _input.Shape!.Value.TryGetElementCount(out var count);
            RequireCount(count);
        }

        _budget -= _input.Data.Length;
    }

    private void ReadDeferred()
    {
        BeginTyped();
        var text = new ReadOnlySequence<byte>(_input.Deferred.Memory);
        var cursor = new JsonCursor(text, isLast: true, new JsonReaderState(_readerOptions), position: null);
        cursor.Reader.Read();
        _data.Read(ref cursor);
        _input.JsonCount = _data.Count;
        _input.Deferred.Dispose();
    }

    private void RequireCount(long count)
    {
        if (_input.JsonCount != count)
        {
            throw Invalid($"{Subject}: 'data' has {_input.JsonCount} elements, its shape {_input.Shape} has {count}.", _input.Name);
        }
    }
}
