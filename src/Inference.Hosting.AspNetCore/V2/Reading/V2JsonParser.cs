// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Reads the JSON of an inference request as it arrives. A state machine, because any token may be the last that has arrived.</summary>
/// <remarks>Properties may come in any order. Unknown ones are skipped, null stands for absent, known ones may not come twice.</remarks>
internal sealed class V2JsonParser(InferenceHttpOptions options)
{
    private readonly JsonReaderOptions _readerOptions = new()
    {
        // Our own check comes first and says it in words; this one only bounds the reader.
        MaxDepth = Math.Max(options.MaxJsonDepth, options.MaxRank) + 16,
    };

    private readonly TensorDataReader _data = new(options);
    private readonly ShapeReader _shape = new(options);
    private readonly HashSet<string> _parameters = new(StringComparer.Ordinal);
    private V2Request _request = null!;
    private IReadOnlyList<TensorSpec> _knownInputs = [];
    private IReadOnlyList<TensorSpec> _knownOutputs = [];
    private JsonReaderState _state;
    private Place _place;
    private Place _owner;
    private Field _field;
    private Field _seen;
    private Field _seenOfRequest;
    private string? _parameter;
    private int _skipDepth;
    private bool _isCapturing;
    private long _captureFrom;
    private V2Input _input = null!;
    private V2Output _output;
    private long _budget;

    /// <summary>Starts a request.</summary>
    /// <param name="request">Filled in; empty.</param>
    /// <param name="metadata">Names that probably come; null when nothing is known.</param>
    public void Begin(V2Request request, ModelMetadata? metadata)
    {
        _request = request;
        (_knownInputs, _knownOutputs) = (metadata?.Inputs ?? [], metadata?.Outputs ?? []);
        _state = new JsonReaderState(_readerOptions);
        (_place, _field, _seen, _seenOfRequest) = (Place.Start, Field.None, Field.None, Field.None);
        (_isCapturing, _budget) = (false, options.MaxTensorBytes);
    }

    /// <summary>Reads what has arrived.</summary>
    /// <param name="text">What has arrived and was not used before.</param>
    /// <param name="isLast">Whether nothing more will come.</param>
    /// <returns>Bytes used.</returns>
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge, Unsupported.</exception>
    public long Feed(in ReadOnlySequence<byte> text, bool isLast)
    {
        var reader = new Utf8JsonReader(text, isLast, _state);
        _captureFrom = 0;
        try
        {
            while (true)
            {
                if (_place == Place.Data)
                {
                    if (!_data.Read(ref reader))
                    {
                        break;
                    }

                    _input.JsonCount = _data.Count;
                    _place = Place.Input;
                }
                else if (reader.Read())
                {
                    Step(ref reader, text);
                }
                else
                {
                    break;
                }
            }
        }
        catch (JsonException exception)
        {
            throw Malformed(exception);
        }

        if (_isCapturing)
        {
            _input.Deferred.Append(text.Slice(_captureFrom, reader.BytesConsumed - _captureFrom));
        }

        _state = reader.CurrentState;
        return reader.BytesConsumed;
    }

    private void Step(ref Utf8JsonReader reader, in ReadOnlySequence<byte> text)
    {
        var token = reader.TokenType;
        if (token is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= options.MaxJsonDepth)
        {
            throw Invalid($"The JSON is nested deeper than {options.MaxJsonDepth} levels ({InferenceHttpOptions.Section}:{nameof(options.MaxJsonDepth)}).");
        }

        switch (_place)
        {
            case Place.Start:
                Enter(token == JsonTokenType.StartObject ? Place.Request : throw Invalid("The body must be a JSON object."));
                break;
            case Place.Skipped:
                StepSkipped(ref reader, text);
                break;
            case Place.Shape:
                StepShape(ref reader);
                break;
            case Place.Inputs or Place.Outputs:
                StepList(token);
                break;
            case Place.Parameters:
                StepParameters(ref reader);
                break;
            default:
                StepObject(ref reader);
                break;
        }
    }

    private void StepObject(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _field = Match(ref reader);
                if (_field != Field.Unknown && (_seen & _field) != 0)
                {
                    throw Invalid($"{Subject}: the property '{reader.GetString()}' is given twice.");
                }

                _seen |= _field;
                break;
            case JsonTokenType.EndObject:
                Leave();
                break;
            case JsonTokenType.Null:
                break;
            default:
                StepValue(ref reader);
                break;
        }
    }

    private Field Match(ref Utf8JsonReader reader)
    {
        try
        {
            return Known(ref reader);
        }
        catch (InvalidOperationException exception)
        {
            // An escape of half a surrogate pair is valid JSON, yet no text.
            throw new InferenceException(
                InferenceErrorCode.InvalidInput, $"{Subject}: the name of a property is not valid text.", exception);
        }
    }

    // Which of the known properties it is depends on the object it stands in.
    private Field Known(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("parameters"u8))
        {
            return Field.Parameters;
        }

        return _place switch
        {
            Place.Request when reader.ValueTextEquals("inputs"u8) => Field.Inputs,
            Place.Request when reader.ValueTextEquals("outputs"u8) => Field.Outputs,
            Place.Request when reader.ValueTextEquals("id"u8) => Field.Id,
            Place.Input or Place.Output when reader.ValueTextEquals("name"u8) => Field.Name,
            Place.Input when reader.ValueTextEquals("shape"u8) => Field.Shape,
            Place.Input when reader.ValueTextEquals("datatype"u8) => Field.Datatype,
            Place.Input when reader.ValueTextEquals("data"u8) => Field.Data,
            _ => Field.Unknown,
        };
    }

    private void StepValue(ref Utf8JsonReader reader)
    {
        switch (_field)
        {
            case Field.Id:
                _request.Inference.Id = JsonText.Read(ref reader, "request's 'id'", options.MaxNameLength);
                break;
            case Field.Name when _place == Place.Input:
                _input.Name = JsonText.ReadName(ref reader, "name of an input", options.MaxNameLength, _knownInputs);
                break;
            case Field.Name:
                _output.Name = JsonText.ReadName(ref reader, "name of a requested output", options.MaxNameLength, _knownOutputs);
                break;
            case Field.Datatype:
                _input.DataType = ReadDataType(ref reader);
                break;
            case Field.Shape:
                Require(reader.TokenType == JsonTokenType.StartArray, "'shape' must be an array of integers");
                _shape.Begin();
                _place = Place.Shape;
                break;
            case Field.Data:
                Require(reader.TokenType == JsonTokenType.StartArray, "'data' must be an array");
                BeginData(ref reader);
                break;
            case Field.Inputs or Field.Outputs:
                var isInputs = _field == Field.Inputs;
                Require(reader.TokenType == JsonTokenType.StartArray, isInputs ? "'inputs' must be an array of objects" : "'outputs' must be an array of objects");
                _seenOfRequest = _seen;
                _place = isInputs ? Place.Inputs : Place.Outputs;
                break;
            case Field.Parameters:
                Require(reader.TokenType == JsonTokenType.StartObject, "'parameters' must be an object");
                _parameters.Clear();
                (_owner, _place) = (_place, Place.Parameters);
                break;
            default:
                Skip(ref reader);
                break;
        }
    }

    private void StepList(JsonTokenType token)
    {
        if (token == JsonTokenType.EndArray)
        {
            (_place, _seen) = (Place.Request, _seenOfRequest);
            return;
        }

        var isInput = _place == Place.Inputs;
        if (token != JsonTokenType.StartObject)
        {
            throw Invalid(isInput ? "Each element of 'inputs' must be an object." : "Each element of 'outputs' must be an object.");
        }

        if ((isInput ? _request.InputCount : _request.Outputs.Count) == options.MaxTensors)
        {
            throw Limits.TooMany(isInput ? "inputs" : "requested outputs", options.MaxTensors, nameof(options.MaxTensors));
        }

        _output = default;
        if (isInput)
        {
            _input = _request.AddInput();
        }

        Enter(isInput ? Place.Input : Place.Output);
    }

    private void StepShape(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _input.Shape = _shape.End(_input);
            _place = Place.Input;
            return;
        }

        _shape.Add(ref reader, _input);
    }

    private void StepParameters(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.EndObject:
                _place = _owner;
                return;
            case JsonTokenType.PropertyName:
                _parameter = JsonText.Read(ref reader, "name of a parameter", options.MaxNameLength);
                if (!_parameters.Add(_parameter))
                {
                    throw Invalid($"{Subject}: the parameter '{_parameter}' is given twice.");
                }

                if (_parameters.Count > options.MaxParameters)
                {
                    throw Limits.TooMany("parameters", options.MaxParameters, nameof(options.MaxParameters));
                }

                return;
        }

        if (V2Parameters.Read(ref reader, _parameter!, options.MaxNameLength) is not { } value)
        {
            return;
        }

        switch (_owner)
        {
            case Place.Request:
                V2Parameters.Apply(_request, _parameter!, value);
                break;
            case Place.Input:
                V2Parameters.Apply(_input, _parameter!, value);
                break;
            default:
                V2Parameters.Apply(ref _output, _parameter!, value);
                break;
        }
    }

    private void StepSkipped(ref Utf8JsonReader reader, in ReadOnlySequence<byte> text)
    {
        if (reader.CurrentDepth != _skipDepth || reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            return;
        }

        _place = _owner;
        if (_isCapturing)
        {
            _isCapturing = false;
            _input.Deferred.Append(text.Slice(_captureFrom, reader.BytesConsumed - _captureFrom));
        }
    }

    private void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            (_owner, _place, _skipDepth) = (_place, Place.Skipped, reader.CurrentDepth);
        }
    }

    private void BeginData(ref Utf8JsonReader reader)
    {
        if (_input.DataType is null)
        {
            // Its bytes depend on a type that is still to come: the text is kept and read at the end of the object.
            Skip(ref reader);
            (_isCapturing, _captureFrom) = (true, reader.TokenStartIndex);
            _input.IsDeferred = true;
            return;
        }

        BeginTyped();
        _place = Place.Data;
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

    private void Enter(Place place) => (_place, _field, _seen) = (place, Field.None, Field.None);

    private void Leave()
    {
        switch (_place)
        {
            case Place.Input:
                EndInput();
                _place = Place.Inputs;
                break;
            case Place.Output:
                EndOutput();
                _place = Place.Outputs;
                break;
            default:
                if ((_seen & Field.Inputs) == 0)
                {
                    throw Invalid("The request has no 'inputs'.");
                }

                _place = Place.End;
                break;
        }
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
            Require(_input.JsonCount == count, _input.JsonCount, count);
        }

        _budget -= _input.Data.Length;
    }

    private void ReadDeferred()
    {
        BeginTyped();
        var reader = new Utf8JsonReader(_input.Deferred.Span, isFinalBlock: true, new JsonReaderState(_readerOptions));
        reader.Read();
        _data.Read(ref reader);
        _input.JsonCount = _data.Count;
        _input.Deferred.Dispose();
    }

    private void EndOutput()
    {
        if (_output.Name is null)
        {
            throw Invalid($"Requested output {_request.Outputs.Count + 1}: 'name' is missing.");
        }

        foreach (var output in _request.Outputs)
        {
            if (output.Name == _output.Name)
            {
                throw Invalid($"Output '{_output.Name}' is requested twice.", _output.Name);
            }
        }

        _request.Outputs.Add(_output);
    }

    private TensorDataType ReadDataType(ref Utf8JsonReader reader)
    {
        var name = JsonText.Read(ref reader, "'datatype' of an input", options.MaxNameLength);
        return TensorDataTypes.TryParse(name, out var type)
            ? type
            : throw Invalid(
                $"{Subject}: the datatype '{name}' is not known. Known are {string.Join(", ", Enum.GetValues<TensorDataType>().Select(known => known.ToV2Name()))}.",
                _input.Name);
    }

    private string Subject => (_place == Place.Parameters ? _owner : _place) switch
    {
        Place.Input or Place.Shape or Place.Data => _input.Subject,
        Place.Output => _output.Name is null ? $"Requested output {_request.Outputs.Count + 1}" : $"Output '{_output.Name}'",
        _ => "The request",
    };

    private void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw Invalid($"{Subject}: {fault}.", _place == Place.Input ? _input.Name : null);
        }
    }

    private void Require(bool condition, long? found, long wanted)
    {
        if (!condition)
        {
            throw Invalid($"{Subject}: 'data' has {found} elements, its shape {_input.Shape} has {wanted}.", _input.Name);
        }
    }

    private InferenceException Malformed(JsonException exception)
    {
        var where = exception.LineNumber is { } line ? $" near line {line + 1}, byte {exception.BytePositionInLine + 1}" : "";
        var subject = _place switch
        {
            Place.Start or Place.End or Place.Request => "",
            Place.Input or Place.Shape or Place.Data => $" {_input.Subject} is broken off or malformed.",
            _ => "",
        };
        return new InferenceException(
            InferenceErrorCode.InvalidInput, $"The body is not valid JSON{where}.{subject}", exception);
    }

    private static InferenceException Invalid(string text, string? parameter = null)
        => new(InferenceErrorCode.InvalidInput, text) { Parameter = parameter };

    private enum Place
    {
        Start,
        Request,
        Inputs,
        Input,
        Shape,
        Data,
        Skipped,
        Outputs,
        Output,
        Parameters,
        End,
    }

    [Flags]
    private enum Field
    {
        None = 0,
        Unknown = 1,
        Id = 2,
        Parameters = 4,
        Inputs = 8,
        Outputs = 16,
        Name = 32,
        Shape = 64,
        Datatype = 128,
        Data = 256,
    }
}
