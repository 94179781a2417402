// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Refusals that name the option to raise.</summary>
internal static class Limits
{
    public static InferenceException TooManyTensorBytes(InferenceHttpOptions options, string? tensor)
        => new(
            InferenceErrorCode.PayloadTooLarge,
            $"The input tensors take more than {options.MaxTensorBytes} bytes ({InferenceHttpOptions.Section}:{nameof(options.MaxTensorBytes)}).")
        {
            Parameter = tensor,
        };

    /// <summary>The same text, if it is not too long.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static string CheckLength(InferenceHttpOptions options, string text, string what)
        => text.Length <= options.MaxNameLength
            ? text
            : throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                $"The {what} is longer than {options.MaxNameLength} characters ({InferenceHttpOptions.Section}:{nameof(InferenceHttpOptions.MaxNameLength)}).");

    public static InferenceException TooMany(string what, int limit, string option)
        => new(InferenceErrorCode.InvalidInput, $"There are more than {limit} {what} ({InferenceHttpOptions.Section}:{option}).");
}
