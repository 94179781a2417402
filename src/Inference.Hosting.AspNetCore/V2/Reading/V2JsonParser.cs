// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Reads the JSON of an inference request as it arrives. A state machine, because any token may be the last that has arrived.</summary>
/// <remarks>Properties may come in any order. Unknown ones are skipped, null stands for absent, known ones may not come twice.</remarks>
internal sealed partial class V2JsonParser(InferenceHttpOptions options)
{
    private readonly JsonReaderOptions _readerOptions = new()
    {
        // Our own check comes first and says it in words; this one only bounds the reader.
        MaxDepth = Math.Max(options.MaxJsonDepth, options.MaxRank) + 16,
    };

    private readonly TensorDataReader _data = new(options);
    private readonly ShapeReader _shape = new(options);
    private readonly JsonPosition _position = new();
    private readonly HashSet<string> _parameters = new(StringComparer.Ordinal);
    private V2Request _request = null!;
    private IReadOnlyList<TensorSpec> _knownInputs = [];
    private IReadOnlyList<TensorSpec> _knownOutputs = [];
    private JsonReaderState _state;
    private JsonPlace _place;
    private JsonPlace _owner;
    private JsonFields _field;
    private JsonFields _seen;
    private JsonFields _seenOfRequest;
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
        _position.Begin();
        (_place, _field, _seen, _seenOfRequest) = (JsonPlace.Start, JsonFields.None, JsonFields.None, JsonFields.None);
        (_isCapturing, _budget) = (false, options.MaxTensorBytes);
    }

    /// <summary>Reads what has arrived.</summary>
    /// <param name="text">What has arrived and was not used before.</param>
    /// <param name="isLast">Whether nothing more will come.</param>
    /// <returns>Bytes used.</returns>
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge, Unsupported.</exception>
    public long Feed(in ReadOnlySequence<byte> text, bool isLast)
    {
        var cursor = new JsonCursor(text, isLast, _state, _position);
        _captureFrom = 0;
        try
        {
            while (true)
            {
                if (_place == JsonPlace.Data)
                {
                    if (!_data.Read(ref cursor))
                    {
                        break;
                    }

                    _input.JsonCount = _data.Count;
                    _place = JsonPlace.Input;
                }
                else if (cursor.Reader.Read())
                {
                    Step(ref cursor, text);
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
            _input.Deferred.Append(text.Slice(_captureFrom, cursor.Consumed - _captureFrom));
        }

        _state = cursor.Stop();
        return cursor.Consumed;
    }

    private void Step(ref JsonCursor cursor, in ReadOnlySequence<byte> text)
    {
        ref var reader = ref cursor.Reader;
        var token = reader.TokenType;
        if (token is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= options.MaxJsonDepth)
        {
            throw Invalid($"The JSON is nested deeper than {options.MaxJsonDepth} levels ({InferenceHttpOptions.Section}:{nameof(options.MaxJsonDepth)}).");
        }

        switch (_place)
        {
            case JsonPlace.Start:
                Enter(token == JsonTokenType.StartObject ? JsonPlace.Request : throw Invalid("The body must be a JSON object."));
                break;
            case JsonPlace.Skipped:
                StepSkipped(ref cursor, text);
                break;
            case JsonPlace.Shape:
                StepShape(ref reader);
                break;
            case JsonPlace.Inputs or JsonPlace.Outputs:
                StepList(token);
                break;
            case JsonPlace.Parameters:
                StepParameters(ref reader);
                break;
            default:
                StepObject(ref cursor);
                break;
        }
    }

    private void StepObject(ref JsonCursor cursor)
    {
        ref var reader = ref cursor.Reader;
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _field = Match(ref reader);
                if (_field != JsonFields.Unknown && (_seen & _field) != 0)
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
                StepValue(ref cursor);
                break;
        }
    }

    private JsonFields Match(ref Utf8JsonReader reader)
    {
        try
        {
            return Known(ref reader);
        }
        catch (InvalidOperationException exception)
        {
            // An escape of half a surrogate pair is valid JSON, yet no text.
            throw new InferenceException(
                InferenceErrorCode.InvalidInput, $"{Subject}: the name of a property is not valid UTF-8 text.", exception);
        }
    }

    // Which of the known properties it is depends on the object it stands in.
    private JsonFields Known(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("parameters"u8))
        {
            return JsonFields.Parameters;
        }

        return _place switch
        {
            JsonPlace.Request when reader.ValueTextEquals("inputs"u8) => JsonFields.Inputs,
            JsonPlace.Request when reader.ValueTextEquals("outputs"u8) => JsonFields.Outputs,
            JsonPlace.Request when reader.ValueTextEquals("id"u8) => JsonFields.Id,
            JsonPlace.Input or JsonPlace.Output when reader.ValueTextEquals("name"u8) => JsonFields.Name,
            JsonPlace.Input when reader.ValueTextEquals("shape"u8) => JsonFields.Shape,
            JsonPlace.Input when reader.ValueTextEquals("datatype"u8) => JsonFields.Datatype,
            JsonPlace.Input when reader.ValueTextEquals("data"u8) => JsonFields.Data,
            _ => JsonFields.Unknown,
        };
    }

    private void StepValue(ref JsonCursor cursor)
    {
        ref var reader = ref cursor.Reader;
        switch (_field)
        {
            case JsonFields.Id:
                _request.Inference.Id = JsonText.Read(ref reader, "request's 'id'", options.MaxNameLength);
                break;
            case JsonFields.Name when _place == JsonPlace.Input:
                _input.Name = JsonText.ReadName(ref reader, "name of an input", options.MaxNameLength, _knownInputs);
                break;
            case JsonFields.Name:
                _output.Name = JsonText.ReadName(ref reader, "name of a requested output", options.MaxNameLength, _knownOutputs);
                break;
            case JsonFields.Datatype:
                _input.DataType = ReadDataType(ref reader);
                break;
            case JsonFields.Shape:
                Require(reader.TokenType == JsonTokenType.StartArray, "'shape' must be an array of integers");
                _shape.Begin();
                _place = JsonPlace.Shape;
                break;
            case JsonFields.Data:
                Require(reader.TokenType == JsonTokenType.StartArray, "'data' must be an array");
                BeginData(ref cursor);
                break;
            case JsonFields.Inputs or JsonFields.Outputs:
                var isInputs = _field == JsonFields.Inputs;
                Require(reader.TokenType == JsonTokenType.StartArray, isInputs ? "'inputs' must be an array of objects" : "'outputs' must be an array of objects");
                _seenOfRequest = _seen;
                _place = isInputs ? JsonPlace.Inputs : JsonPlace.Outputs;
                break;
            case JsonFields.Parameters:
                Require(reader.TokenType == JsonTokenType.StartObject, "'parameters' must be an object");
                _parameters.Clear();
                (_owner, _place) = (_place, JsonPlace.Parameters);
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
            (_place, _seen) = (JsonPlace.Request, _seenOfRequest);
            return;
        }

        var isInput = _place == JsonPlace.Inputs;
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

        Enter(isInput ? JsonPlace.Input : JsonPlace.Output);
    }

    private void StepShape(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _input.Shape = _shape.End(_input);
            _place = JsonPlace.Input;
            return;
        }

        _shape.Add(ref reader, _input);
    }

    private void StepSkipped(ref JsonCursor cursor, in ReadOnlySequence<byte> text)
    {
        if (cursor.Reader.CurrentDepth != _skipDepth || cursor.Reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            return;
        }

        _place = _owner;
        if (_isCapturing)
        {
            _isCapturing = false;
            _input.Deferred.Append(text.Slice(_captureFrom, cursor.Consumed - _captureFrom));
        }
    }

    private void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            (_owner, _place, _skipDepth) = (_place, JsonPlace.Skipped, reader.CurrentDepth);
        }
    }

    private void Enter(JsonPlace place) => (_place, _field, _seen) = (place, JsonFields.None, JsonFields.None);

    private void Leave()
    {
        switch (_place)
        {
            case JsonPlace.Input:
                EndInput();
                _place = JsonPlace.Inputs;
                break;
            case JsonPlace.Output:
                EndOutput();
                _place = JsonPlace.Outputs;
                break;
            default:
                if ((_seen & JsonFields.Inputs) == 0)
                {
                    throw Invalid("The request has no 'inputs'.");
                }

                _place = JsonPlace.End;
                break;
        }
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
}
