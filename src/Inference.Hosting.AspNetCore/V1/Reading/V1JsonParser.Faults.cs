// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.V1.Reading;

/// <summary>Names, and how faults are worded.</summary>
internal sealed partial class V1JsonParser
{
    // What an error about a value speaks of.
    private string Subject => _request.IsColumnar ? $"Input '{_input!.Spec.Name}'" : $"Instance {_request.Count}, input '{_input!.Spec.Name}'";

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException exception)
        {
            throw NotText(exception);
        }
    }

    private static bool Is(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException exception)
        {
            throw NotText(exception);
        }
    }

    // An escape of half a surrogate pair is valid JSON, yet no text.
    private static InferenceException NotText(InvalidOperationException exception)
        => new(InferenceErrorCode.InvalidInput, "The name of a property is not valid UTF-8 text.", exception);

    private string NameInputs() => string.Join(", ", _request.Inputs.Select(input => input.Spec.Name));

    private void Require(bool isRegular)
    {
        if (!isRegular)
        {
            throw Invalid($"{Subject} {_nesting.Fault}.", _input!);
        }
    }

    private static InferenceException Malformed(JsonException exception)
    {
        var where = exception.LineNumber is { } line ? $" near line {line + 1}, byte {exception.BytePositionInLine + 1}" : "";
        return new InferenceException(InferenceErrorCode.InvalidInput, $"The body is not valid JSON{where}.", exception);
    }

    private InferenceException InvalidRow(string text, V1Input? input = null)
        => Invalid(_request.IsColumnar ? $"{char.ToUpperInvariant(text[0])}{text[1..]}" : $"Instance {_request.Count}: {text}", input);

    private static InferenceException Invalid(string text, V1Input? input = null)
        => new(InferenceErrorCode.InvalidInput, text) { Parameter = input?.Spec.Name };
}
