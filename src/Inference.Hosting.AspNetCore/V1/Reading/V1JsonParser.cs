// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http.Json;

namespace Inference.Hosting.AspNetCore.V1.Reading;

/// <summary>Reads the JSON of one request as it arrives. A state machine, because any token may be the last that has arrived.</summary>
/// <remarks>
/// <c>instances</c>, or <c>inputs</c> in its place, is a list of instances: values of the model's only input, or objects of values by input.
/// <c>inputs</c> may also be one object of whole tensors. Other properties are skipped; null stands for absent.
/// </remarks>
internal sealed partial class V1JsonParser
{
    private readonly InferenceHttpOptions _options;
    private readonly V1Request _request;
    private readonly V1Input? _only;
    private readonly Nesting _nesting;
    private JsonReaderState _state;
    private V1Place _place;
    private int _skipDepth;
    private string? _field;
    private bool _hasData;
    private V1Input? _input;

    /// <param name="request">Filled in; empty.</param>
    /// <param name="options">Limits.</param>
    public V1JsonParser(V1Request request, InferenceHttpOptions options)
    {
        (_request, _options) = (request, options);
        (_nesting, _shape) = (new Nesting(options.MaxRank), new long[options.MaxRank]);
        _state = new JsonReaderState(new JsonReaderOptions
        {
            // Our own check comes first and says it in words; this one only bounds the reader.
            MaxDepth = Math.Max(options.MaxJsonDepth, options.MaxRank) + 16,
        });
        V1Input[] needed = [.. request.Inputs.Where(input => !input.IsOptional)];
        _only = needed is [var one] ? one : request.Inputs is [var single] ? single : null;
    }

    /// <summary>Reads what has arrived.</summary>
    /// <param name="text">What has arrived and was not used before.</param>
    /// <param name="isLast">Whether nothing more will come.</param>
    /// <returns>Bytes used.</returns>
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge.</exception>
    public long Feed(in ReadOnlySequence<byte> text, bool isLast)
    {
        var reader = new Utf8JsonReader(text, isLast, _state);
        try
        {
            while (_place == V1Place.Value ? ReadValue(ref reader) : reader.Read())
            {
                Step(ref reader);
            }
        }
        catch (JsonException exception)
        {
            throw Malformed(exception);
        }

        _state = reader.CurrentState;
        return reader.BytesConsumed;
    }

    private void Step(ref Utf8JsonReader reader)
    {
        var token = reader.TokenType;
        if (token is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= _options.MaxJsonDepth)
        {
            throw Invalid($"The JSON is nested deeper than {_options.MaxJsonDepth} levels ({InferenceHttpOptions.Section}:{nameof(_options.MaxJsonDepth)}).");
        }

        switch (_place)
        {
            case V1Place.Start:
                _place = token == JsonTokenType.StartObject ? V1Place.Request : throw Invalid("The body must be a JSON object.");
                break;
            case V1Place.Request:
                StepRequest(ref reader);
                break;
            case V1Place.Rows:
                StepRows(ref reader);
                break;
            case V1Place.Row or V1Place.Columns:
                StepInputs(ref reader);
                break;
            case V1Place.Base64:
                StepBase64(ref reader);
                break;
            case V1Place.Skipped when reader.CurrentDepth == _skipDepth && token is JsonTokenType.EndArray or JsonTokenType.EndObject:
                _place = V1Place.Request;
                break;
        }
    }

    private void StepRequest(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _field = Is(ref reader, "instances"u8) ? "instances" : Is(ref reader, "inputs"u8) ? "inputs" : null;
                break;
            case JsonTokenType.EndObject:
                End();
                break;
            case JsonTokenType.Null:
                break;
            default:
                if (_field is not null)
                {
                    BeginData(reader.TokenType);
                }
                else if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                {
                    (_place, _skipDepth) = (V1Place.Skipped, reader.CurrentDepth);
                }

                break;
        }
    }

    private void BeginData(JsonTokenType token)
    {
        if (_hasData)
        {
            throw Invalid("The request has its data twice. Send either 'instances' or 'inputs', once.");
        }

        _hasData = true;
        _request.IsColumnar = token == JsonTokenType.StartObject && _field == "inputs";
        _place = token == JsonTokenType.StartArray
            ? V1Place.Rows
            : _request.IsColumnar
                ? V1Place.Columns
                : throw Invalid(_field == "inputs" ? "'inputs' must be an array of instances or an object of tensors." : "'instances' must be an array.");
    }

    private void StepRows(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.EndArray:
                _place = V1Place.Request;
                break;
            case JsonTokenType.StartObject:
                // The object of a row, or a row that is bytes: its first property tells.
                (_place, _isFirst) = (V1Place.Row, true);
                break;
            default:
                _input = _only ?? throw Invalid($"Instance {_request.Count} must be an object with the inputs {NameInputs()}.");
                BeginValue(ref reader, V1Place.Rows);
                break;
        }
    }

    private void StepInputs(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when _place == V1Place.Row && _isFirst && IsBytes(ref reader):
                _input = _only;
                BeginBytes(V1Place.Rows);
                break;
            case JsonTokenType.PropertyName:
                _isFirst = false;
                _input = FindInput(ref reader);
                break;
            case JsonTokenType.EndObject when _place == V1Place.Row:
                EndRow();
                _place = V1Place.Rows;
                break;
            case JsonTokenType.EndObject:
                _place = V1Place.Request;
                break;
            case JsonTokenType.Null when _input!.IsOptional:
                break;
            default:
                BeginValue(ref reader, _place);
                break;
        }
    }

    private V1Input FindInput(ref Utf8JsonReader reader)
    {
        foreach (var input in _request.Inputs)
        {
            var name = input.Spec.Name;
            if (Is(ref reader, name))
            {
                return input.Count == _request.Count
                    ? input
                    : throw InvalidRow(
                        input.Count > _request.Count
                            ? $"input '{name}' is given twice."
                            : $"input '{name}' was not given in the instances before.",
                        input);
            }
        }

        var unknown = JsonText.Read(ref reader, "name of an input", _options.MaxNameLength);
        throw InvalidRow($"there is no input '{unknown}'. The model takes: {NameInputs()}.");
    }

    // All inputs of the model, so that every row has what the others have.
    private void EndRow()
    {
        foreach (var input in _request.Inputs)
        {
            if (input.Count == _request.Count && !(input.IsOptional && input.Count == 0))
            {
                throw InvalidRow($"input '{input.Spec.Name}' is missing.", input);
            }
        }

        _request.Count++;
    }

    private void End()
    {
        if (!_hasData)
        {
            throw Invalid("The request has no 'instances'.");
        }

        if (!_request.IsColumnar && _request.Count == 0)
        {
            throw Invalid("There are no instances.");
        }

        _place = V1Place.End;
    }
}
