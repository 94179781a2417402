// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>A token that might have been chosen.</summary>
/// <param name="Token">Its text; bytes that are no complete character show as U+FFFD.</param>
/// <param name="Logprob">Natural logarithm of its probability, from the raw logits, before temperature and penalties. Never NaN, at least −9999.</param>
public readonly record struct TokenAlternative(string Token, float Logprob)
{
    /// <summary>Its id; −1 when the backend does not tell.</summary>
    public int TokenId { get; init; } = -1;

    /// <summary>Its exact UTF-8 bytes, so that characters split over tokens can be joined; empty when unknown, and for special tokens.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Id and logprob, never text: safe to log.</summary>
    public override string ToString() => $"{TokenId} ({Logprob})";
}
