// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What a request can ask of a generating model beyond the least, and what a model declares that it honours.</summary>
/// <remarks>
/// <c>request.RequiredFeatures</c> computes what a request needs; <see cref="GenerationFeaturesExtensions.EnsureSupports"/> refuses the
/// first that the model lacks, by the parameter's name. Nothing is accepted and then ignored.
/// </remarks>
[Flags]
public enum GenerationFeatures : long
{
    /// <summary>Only the least: messages or a prompt, and a token limit.</summary>
    None = 0,

    /// <summary><see cref="SamplingOptions.Temperature"/>.</summary>
    Temperature = 1L << 0,

    /// <summary><see cref="SamplingOptions.TopP"/>.</summary>
    TopP = 1L << 1,

    /// <summary><see cref="SamplingOptions.TopK"/>.</summary>
    TopK = 1L << 2,

    /// <summary><see cref="SamplingOptions.MinP"/>.</summary>
    MinP = 1L << 3,

    /// <summary><see cref="SamplingOptions.FrequencyPenalty"/>.</summary>
    FrequencyPenalty = 1L << 4,

    /// <summary><see cref="SamplingOptions.PresencePenalty"/>.</summary>
    PresencePenalty = 1L << 5,

    /// <summary><see cref="SamplingOptions.RepetitionPenalty"/>.</summary>
    RepetitionPenalty = 1L << 6,

    /// <summary><see cref="SamplingOptions.Seed"/>.</summary>
    Seed = 1L << 7,

    /// <summary><see cref="SamplingOptions.LogitBias"/>.</summary>
    LogitBias = 1L << 8,

    /// <summary>More than one choice.</summary>
    Choices = 1L << 9,

    /// <summary>Logprobs of what was generated.</summary>
    Logprobs = 1L << 10,

    /// <summary>Stop texts.</summary>
    Stop = 1L << 11,

    /// <summary>Stop tokens.</summary>
    StopTokenIds = 1L << 12,

    /// <summary>The stop text as part of the answer.</summary>
    IncludeStopText = 1L << 13,

    /// <summary>A least number of tokens.</summary>
    MinTokens = 1L << 14,

    /// <summary>Going on after the end token.</summary>
    IgnoreEndToken = 1L << 15,

    /// <summary>Special tokens in the text of the answer.</summary>
    KeepSpecialTokens = 1L << 16,

    /// <summary>Cutting a prompt that is too long.</summary>
    Truncation = 1L << 17,

    /// <summary>Answers that are a JSON object.</summary>
    JsonObject = 1L << 18,

    /// <summary>Answers by a JSON schema.</summary>
    JsonSchema = 1L << 19,

    /// <summary>Answers by a regular expression.</summary>
    Regex = 1L << 20,

    /// <summary>Answers from a list.</summary>
    ChoiceList = 1L << 21,

    /// <summary>Answers by a grammar.</summary>
    Grammar = 1L << 22,

    /// <summary>Prompts as tokens.</summary>
    TokenInput = 1L << 23,

    /// <summary>The prompt as the beginning of the answer.</summary>
    Echo = 1L << 24,

    /// <summary>Text that comes after the answer: filling in the middle.</summary>
    Suffix = 1L << 25,

    /// <summary>Several prompts in one request.</summary>
    Prompts = 1L << 26,

    /// <summary>Prompts without the special tokens that the tokenizer would add, or chats with them.</summary>
    SpecialTokens = 1L << 27,

    /// <summary>Tools.</summary>
    Tools = 1L << 28,

    /// <summary>A tool choice that forces a call: required or named.</summary>
    ForcedToolChoice = 1L << 29,

    /// <summary>At most one tool call in an answer.</summary>
    SingleToolCall = 1L << 30,

    /// <summary>Effort of reasoning.</summary>
    ReasoningEffort = 1L << 31,

    /// <summary>Arguments for the chat template.</summary>
    TemplateArguments = 1L << 32,

    /// <summary>A chat template from the request.</summary>
    Template = 1L << 33,

    /// <summary>Chats rendered without the opening of the answer.</summary>
    OmitGenerationPrompt = 1L << 34,

    /// <summary>Going on with the last message.</summary>
    ContinueFinalMessage = 1L << 35,

    /// <summary>Images in messages.</summary>
    Images = 1L << 36,

    /// <summary>Audio in messages.</summary>
    Audio = 1L << 37,

    /// <summary>Files in messages.</summary>
    Files = 1L << 38,

    /// <summary>Reasoning of earlier answers in messages.</summary>
    ReasoningHistory = 1L << 39,

    /// <summary>A tool choice that allows only some of the tools.</summary>
    AllowedTools = 1L << 40,

    /// <summary>All parameters of <see cref="SamplingOptions"/>.</summary>
    Sampling = Temperature | TopP | TopK | MinP | FrequencyPenalty | PresencePenalty | RepetitionPenalty | Seed | LogitBias,
}
