// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http.Json;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>What the parameters of a request, an input and an output mean.</summary>
internal static class V2Parameters
{
    private static readonly object _true = true;
    private static readonly object _false = false;
    private static readonly string[] _names =
        ["binary_data_size", "binary_data", "binary_data_output", "classification", "priority", "timeout"];

    /// <summary>Names that have a meaning and come often.</summary>
    public static ReadOnlySpan<string> Names => _names;

    /// <summary>The value the reader stands on: text, a number or a boolean; null for null.</summary>
    /// <exception cref="InferenceException">InvalidInput: an array or object.</exception>
    public static object? Read(ref Utf8JsonReader reader, string name, int maxLength) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => _true,
        JsonTokenType.False => _false,
        JsonTokenType.String => JsonText.Read(ref reader, $"parameter '{name}'", maxLength),
        JsonTokenType.Number when reader.TryGetInt64(out var integer) => integer,
        JsonTokenType.Number when reader.TryGetUInt64(out var large) => large,
        JsonTokenType.Number when reader.TryGetDouble(out var real) && double.IsFinite(real) => real,
        _ => throw Invalid(name, "must be text, a finite number or a boolean"),
    };

    /// <summary>A parameter of the request.</summary>
    public static void Apply(V2Request request, string name, object value)
    {
        switch (name)
        {
            case "priority":
                request.Priority = (int)Math.Min(NonNegative(name, value), int.MaxValue);
                break;
            case "timeout":
                var microseconds = NonNegative(name, value);
                request.QueueTimeout = microseconds == 0
                    ? null
                    : TimeSpan.FromTicks(Math.Min(microseconds, TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond) * TimeSpan.TicksPerMicrosecond);
                break;
            case "binary_data_output":
                request.BinaryOutputs = Boolean(name, value);
                break;
            case "sequence_id" or "sequence_start" or "sequence_end":
                if (value is not (0L or "" or false))
                {
                    throw Unsupported(name, "Sequences are not supported. Send each request on its own, without sequence parameters");
                }

                break;
            case "triton_enable_empty_final_response":
                // It asks a stream for a last message; an answer that is no stream has none.
                request.WantsFinalAnswer = Boolean(name, value);
                break;
            case "headers":
                throw Invalid(name, "is reserved");
            default:
                if (name.StartsWith("triton_", StringComparison.Ordinal))
                {
                    throw Invalid(name, "is reserved, as is every name that starts with 'triton_'");
                }

                var parameters = (Dictionary<string, object>?)request.Inference.Parameters ?? new(StringComparer.Ordinal);
                parameters[name] = value;
                request.Inference.Parameters = parameters;
                break;
        }
    }

    /// <summary>A parameter of an input. Those that are not known belong to other servers and mean nothing here.</summary>
    public static void Apply(V2Input input, string name, object value)
    {
        if (name == "binary_data_size")
        {
            input.BinarySize = NonNegative(name, value);
        }

        RefuseSharedMemory(name);
    }

    /// <summary>A parameter of a requested output.</summary>
    public static void Apply(ref V2Output output, string name, object value)
    {
        switch (name)
        {
            case "binary_data":
                output.IsBinary = Boolean(name, value);
                break;
            case "classification":
                output.Classes = (int)Math.Min(NonNegative(name, value), int.MaxValue);
                break;
            default:
                RefuseSharedMemory(name);
                break;
        }
    }

    private static void RefuseSharedMemory(string name)
    {
        if (name.StartsWith("shared_memory_", StringComparison.Ordinal))
        {
            throw Unsupported(name, "Shared memory is not supported. Send tensors in the body");
        }
    }

    private static long NonNegative(string name, object value) => value switch
    {
        long and >= 0 => (long)value,
        ulong => long.MaxValue,
        _ => throw Invalid(name, "must be an integer of 0 or more"),
    };

    private static bool Boolean(string name, object value) => value is bool flag ? flag : throw Invalid(name, "must be true or false");

    private static InferenceException Invalid(string name, string fault)
        => new(InferenceErrorCode.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"Parameter '{name}' {fault}.")) { Parameter = name };

    private static InferenceException Unsupported(string name, string text)
        => new(InferenceErrorCode.Unsupported, $"{text} (parameter '{name}').") { Parameter = name };
}
