// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;


/// <summary>What became of a prompt.</summary>
public sealed record GeneratedPrompt
{
    /// <summary>Its tokens.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Of these, those whose state came from a cache.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Logprobs of its tokens, one each; that of the first is NaN, since nothing came before it. Null unless asked for.</summary>
    public IReadOnlyList<float>? Logprobs { get; init; }

    /// <summary>The most probable tokens at each place; null unless asked for.</summary>
    public IReadOnlyList<IReadOnlyList<TokenCandidate>>? Top { get; init; }
}
