// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>How faults are worded.</summary>
internal sealed partial class V2JsonParser
{
    // What an error speaks of.
    private string Subject => (_place == JsonPlace.Parameters ? _owner : _place) switch
    {
        JsonPlace.Input or JsonPlace.Shape or JsonPlace.Data => _input.Subject,
        JsonPlace.Output => _output.Name is null ? $"Requested output {_request.Outputs.Count + 1}" : $"Output '{_output.Name}'",
        _ => "The request",
    };

    private void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw Invalid($"{Subject}: {fault}.", _place == JsonPlace.Input ? _input.Name : null);
        }
    }

    private InferenceException Malformed(JsonException exception)
    {
        var where = _position.Find(exception) is var (line, position) ? $" near line {line + 1}, byte {position + 1}" : "";
        var subject = _place is JsonPlace.Input or JsonPlace.Shape or JsonPlace.Data ? $" {_input.Subject} is broken off or malformed." : "";
        return new InferenceException(InferenceErrorCode.InvalidInput, $"The body is not valid JSON{where}.{subject}", exception);
    }

    private static InferenceException Invalid(string text, string? parameter = null)
        => new(InferenceErrorCode.InvalidInput, text) { Parameter = parameter };
}
