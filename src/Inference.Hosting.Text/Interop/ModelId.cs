// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Text.Interop;

/// <summary>The model that options ask for.</summary>
internal static class ModelId
{
    /// <summary>What clients and generators of models here call their provider.</summary>
    public const string Provider = "inference_hosting";

    /// <summary>Refuses options that ask for another model than the client has.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static void Check(string? asked, string? name, Func<string, bool>? isKnownAs)
    {
        if (asked is not null && name is not null && asked != name && isKnownAs?.Invoke(asked) != true)
        {
            throw Fault.Invalid(
                "model", InferenceErrorReasons.InvalidValue, $"This is a client of model '{name}', and the options ask for '{asked}'. Leave ModelId out, or use the client of that model.");
        }
    }
}
