// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Which tools the model may or must call.</summary>
public sealed record ToolChoice
{
    private ToolChoice(ToolChoiceMode mode) => Mode = mode;

    /// <summary>The model may call tools or answer; the default.</summary>
    public static ToolChoice Auto { get; } = new(ToolChoiceMode.Auto);

    /// <summary>The model must not call tools.</summary>
    public static ToolChoice None { get; } = new(ToolChoiceMode.None);

    /// <summary>The model must call at least one tool.</summary>
    public static ToolChoice Required { get; } = new(ToolChoiceMode.Required);

    /// <summary>How free the model is.</summary>
    public ToolChoiceMode Mode { get; }

    /// <summary>The tool to call, for <see cref="ToolChoiceMode.Named"/>. Such an answer ends with <see cref="FinishReason.Stop"/>.</summary>
    public string? Name { get; private init; }

    /// <summary>The tools that may be called; null for all. The model sees all of them, so that its prompt stays the same and cacheable.</summary>
    public IReadOnlyList<string>? Allowed { get; private init; }

    /// <summary>The model must call one tool.</summary>
    /// <param name="name">One of the request's tools.</param>
    public static ToolChoice Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(ToolChoiceMode.Named) { Name = name };
    }

    /// <summary>Only some of the tools may be called.</summary>
    /// <param name="names">Some of the request's tools.</param>
    /// <param name="required">Whether at least one must be called.</param>
    public static ToolChoice AllowOnly(IReadOnlyList<string> names, bool required = false)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new(required ? ToolChoiceMode.Required : ToolChoiceMode.Auto) { Allowed = names };
    }
}
