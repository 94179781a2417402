// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2.Reading;

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

    public static InferenceException TooMany(string what, int limit, string option)
        => new(InferenceErrorCode.InvalidInput, $"There are more than {limit} {what} ({InferenceHttpOptions.Section}:{option}).");
}
