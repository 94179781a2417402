// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>The form that an answer must have. A model that declares a form guarantees it, except for an answer cut off by its token limit.</summary>
public sealed record ResponseFormat
{
    private ResponseFormat(ResponseFormatKind kind) => Kind = kind;

    /// <summary>Free text, the default.</summary>
    public static ResponseFormat Text { get; } = new(ResponseFormatKind.Text);

    /// <summary>Any JSON object.</summary>
    public static ResponseFormat JsonObject { get; } = new(ResponseFormatKind.JsonObject);

    /// <summary>Which form.</summary>
    public ResponseFormatKind Kind { get; }

    /// <summary>The JSON schema, for <see cref="ResponseFormatKind.JsonSchema"/>.</summary>
    public JsonElement? Schema { get; private init; }

    /// <summary>A name for the schema, which some models are shown.</summary>
    public string? Name { get; private init; }

    /// <summary>What the schema is for, which some models are shown.</summary>
    public string? Description { get; private init; }

    /// <summary>What the caller said of strictness; only for servers behind that want to know. The schema binds in any case.</summary>
    public bool? Strict { get; private init; }

    /// <summary>The regular expression or the grammar.</summary>
    public string? Pattern { get; private init; }

    /// <summary>The texts to choose from.</summary>
    public IReadOnlyList<string> Choices { get; private init; } = [];

    /// <summary>A JSON value by a schema.</summary>
    /// <param name="schema">The schema; its document must live until the call completes.</param>
    /// <param name="name">A name for it.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="strict">As the caller gave it.</param>
    public static ResponseFormat JsonSchema(JsonElement schema, string? name = null, string? description = null, bool? strict = null)
        => new(ResponseFormatKind.JsonSchema) { Schema = schema, Name = name, Description = description, Strict = strict };

    /// <summary>A text that a regular expression matches as a whole.</summary>
    /// <param name="pattern">Without look-around and back references.</param>
    public static ResponseFormat Regex(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        return new(ResponseFormatKind.Regex) { Pattern = pattern };
    }

    /// <summary>One of a list of texts.</summary>
    /// <param name="choices">At least one.</param>
    public static ResponseFormat Choice(IReadOnlyList<string> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentOutOfRangeException.ThrowIfZero(choices.Count, nameof(choices));
        return new(ResponseFormatKind.Choice) { Choices = choices };
    }

    /// <summary>A text of a context-free grammar.</summary>
    /// <param name="grammar">In the notation that the model's documentation names.</param>
    public static ResponseFormat Grammar(string grammar)
    {
        ArgumentException.ThrowIfNullOrEmpty(grammar);
        return new(ResponseFormatKind.Grammar) { Pattern = grammar };
    }

    /// <summary>The kind, never content: safe to log.</summary>
    public override string ToString() => Kind.ToString();
}
