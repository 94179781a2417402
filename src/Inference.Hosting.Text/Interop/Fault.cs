// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Text.Interop;

/// <summary>What cannot be carried from one contract to the other.</summary>
internal static class Fault
{
    public static InferenceException Unsupported(string parameter, string message)
        => new(InferenceErrorCode.Unsupported, message) { Parameter = parameter };

    public static InferenceException Invalid(string parameter, string reason, string message)
        => new(InferenceErrorCode.InvalidInput, message) { Parameter = parameter, Reason = reason };

    public static InferenceException Content(Type type) => new(
        InferenceErrorCode.Unsupported, $"A message holds {type.Name}, which models here do not take. Send texts, images, audio, files, tool calls and their results.")
    {
        Parameter = "messages",
        Reason = InferenceErrorReasons.UnsupportedContentType,
    };
}
