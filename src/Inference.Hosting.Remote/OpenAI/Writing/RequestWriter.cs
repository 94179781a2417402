// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Writing;

/// <summary>Writes the body of a request: fields in the spelling of OpenAI, and of vLLM where OpenAI has none. What is left at its default is left out.</summary>
internal sealed class RequestWriter : IDisposable
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    public RequestWriter(string model)
    {
        Json = new Utf8JsonWriter(_output, _options);
        Json.WriteStartObject();
        Text("model", model);
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>The whole body.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Json.WriteEndObject();
        Json.Flush();
        return _output.WrittenMemory;
    }

    /// <summary>A name, whose value follows.</summary>
    public Utf8JsonWriter Field(string name)
    {
        _written.Add(name);
        Json.WritePropertyName(name);
        return Json;
    }

    public void Text(string name, string? value)
    {
        if (value is not null)
        {
            Field(name).WriteStringValue(value);
        }
    }

    public void Number(string name, int? value)
    {
        if (value is { } number)
        {
            Field(name).WriteNumberValue(number);
        }
    }

    public void Number(string name, float? value)
    {
        if (value is { } number)
        {
            Field(name).WriteNumberValue(number);
        }
    }

    /// <summary>A flag, when it is not what the server takes for granted.</summary>
    public void Flag(string name, bool value, bool usual)
    {
        if (value != usual)
        {
            Field(name).WriteBooleanValue(value);
        }
    }

    /// <summary>Fields that the contract does not know, below those that it knows.</summary>
    public void Rest(IReadOnlyDictionary<string, JsonElement>? fields)
    {
        foreach (var (name, value) in fields ?? new Dictionary<string, JsonElement>())
        {
            if (_written.Add(name))
            {
                Json.WritePropertyName(name);
                value.WriteTo(Json);
            }
        }
    }

    /// <summary>A text, or its tokens.</summary>
    public void Input(TextInput input)
    {
        if (!input.IsTokens)
        {
            Json.WriteStringValue(input.Text);
            return;
        }

        Tokens(input.Tokens.Span);
    }

    /// <summary>Texts or tokens: one alone as itself, several as an array.</summary>
    public void Inputs(string name, IReadOnlyList<TextInput> inputs)
    {
        Field(name);
        if (inputs is [var only])
        {
            Input(only);
            return;
        }

        Json.WriteStartArray();
        foreach (var input in inputs)
        {
            Input(input);
        }

        Json.WriteEndArray();
    }

    public void Tokens(ReadOnlySpan<int> tokens)
    {
        Json.WriteStartArray();
        foreach (var token in tokens)
        {
            Json.WriteNumberValue(token);
        }

        Json.WriteEndArray();
    }

    public void Truncation(PromptTruncation? truncation)
    {
        if (truncation is not null)
        {
            Number("truncate_prompt_tokens", truncation.MaxTokens ?? -1);
        }
    }

    public void Dispose() => Json.Dispose();
}
