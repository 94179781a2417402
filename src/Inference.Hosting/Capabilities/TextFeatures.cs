// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What a request can ask of an embedding, reranking, classifying or tokenizing model beyond the least, and what a model declares that it honours.</summary>
[Flags]
public enum TextFeatures
{
    /// <summary>Only the least: texts.</summary>
    None = 0,

    /// <summary>Inputs as tokens.</summary>
    TokenInput = 1 << 0,

    /// <summary>Cutting inputs that are too long.</summary>
    Truncation = 1 << 1,

    /// <summary>Inputs without the special tokens that the tokenizer would add.</summary>
    OmitSpecialTokens = 1 << 2,

    /// <summary>Shorter vectors than the model's own (Matryoshka).</summary>
    Dimensions = 1 << 3,

    /// <summary>Vectors normalized or not, other than by the model's own rule.</summary>
    Normalize = 1 << 4,

    /// <summary>A prompt by name, or a kind of input, that goes before each input.</summary>
    PromptName = 1 << 5,

    /// <summary>Raw scores: logits in place of probabilities.</summary>
    RawScores = 1 << 6,

    /// <summary>Two texts that are classified together.</summary>
    Pairs = 1 << 7,

    /// <summary>A limit of tokens for each document.</summary>
    MaxTokensPerDocument = 1 << 8,

    /// <summary>Chats, rendered by the model's template.</summary>
    Chat = 1 << 9,

    /// <summary>Texts of single tokens.</summary>
    TokenTexts = 1 << 10,
}
