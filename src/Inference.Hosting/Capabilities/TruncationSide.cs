// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Which end of an input that is too long is cut off.</summary>
public enum TruncationSide
{
    /// <summary>The end goes, as usual for embeddings, reranking and classification.</summary>
    Right,

    /// <summary>The beginning goes, as usual for prompts, whose end matters most.</summary>
    Left,
}
