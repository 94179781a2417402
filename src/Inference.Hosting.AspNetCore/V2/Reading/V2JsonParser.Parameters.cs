// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http.Json;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>What concerns parameters, which a request, an input and an output may have.</summary>
internal sealed partial class V2JsonParser
{
    private void StepParameters(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.EndObject:
                _place = _owner;
                return;
            case JsonTokenType.PropertyName:
                _parameter = JsonText.Read(ref reader, "name of a parameter", options.MaxNameLength, V2Parameters.Names);
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
            case JsonPlace.Request:
                V2Parameters.Apply(_request, _parameter!, value);
                break;
            case JsonPlace.Input:
                V2Parameters.Apply(_input, _parameter!, value);
                break;
            default:
                V2Parameters.Apply(ref _output, _parameter!, value);
                break;
        }
    }
}
