// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.OpenAI.Reading;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary>Reads whether scores are wanted as they are: <c>use_activation</c> is vLLM's word, <c>raw_scores</c> that of Text Embeddings Inference.</summary>
internal static class RawScores
{
    private const string Activation = "use_activation";
    private const string Raw = "raw_scores";

    /// <summary>Reads the fields.</summary>
    /// <returns>Whether they are, and the field that says so.</returns>
    /// <exception cref="InferenceException">InvalidInput: no boolean, or each says otherwise.</exception>
    public static (bool IsRaw, string Name) Read(RequestFields fields)
    {
        var (activation, raw) = (fields.FindBoolean(Activation), fields.FindBoolean(Raw));
        return activation is not null && activation == raw
            ? throw fields.Invalid(Raw, $"says otherwise than '{Activation}': give one of them")
            : (raw ?? activation is false, raw is null ? Activation : Raw);
    }
}
