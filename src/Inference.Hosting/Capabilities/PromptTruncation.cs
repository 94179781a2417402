// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Cuts inputs that are too long. Without it such an input is refused, with the reason <see cref="InferenceErrorReasons.ContextLengthExceeded"/>.</summary>
public sealed record PromptTruncation
{
    /// <summary>Most tokens to keep, special tokens included.</summary>
    /// <value>Null by default: the model's own limit. From 1 to that limit; a larger value is InvalidInput.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Which end goes.</summary>
    /// <value><see cref="TruncationSide.Right"/> by default; generation takes <see cref="TruncationSide.Left"/>.</value>
    public TruncationSide Side { get; init; }
}
