// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>What a server serves a model on.</summary>
[Flags]
public enum OpenAIRoutes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>chat/completions</c>.</summary>
    Chat = 1 << 0,

    /// <summary><c>completions</c>.</summary>
    Completions = 1 << 1,

    /// <summary><c>embeddings</c>.</summary>
    Embeddings = 1 << 2,

    /// <summary><c>rerank</c> and <c>score</c>.</summary>
    Rerank = 1 << 3,

    /// <summary><c>classify</c>.</summary>
    Classify = 1 << 4,

    /// <summary><c>tokenize</c> and <c>detokenize</c>.</summary>
    Tokenize = 1 << 5,

    /// <summary><c>responses</c>.</summary>
    Responses = 1 << 6,

    /// <summary>All of them.</summary>
    All = Chat | Completions | Embeddings | Rerank | Classify | Tokenize | Responses,
}
