// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore;

/// <summary>What the OpenAI routes accept. Section <c>Inference:OpenAI</c>, which wins over code; read when <c>MapInference</c> is called.</summary>
public sealed class InferenceOpenAIOptions
{
    /// <summary>The configuration section of these options.</summary>
    public const string Section = "Inference:OpenAI";

    /// <summary>Whether <c>MapInference</c> maps the OpenAI routes below <c>/v1</c>.</summary>
    /// <value>True by default.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>Most inputs of a request to <c>/v1/embeddings</c> or <c>/v1/classify</c>, documents of one to <c>/v1/rerank</c> and pairs of one to <c>/v1/score</c>; more is 400.</summary>
    /// <value>2048 by default, from 1.</value>
    public int MaxInputs { get; set; } = 2048;

    /// <summary>Most choices (<c>n</c>) of one request, or of each of its prompts; more is 400. A model may allow fewer.</summary>
    /// <value>8 by default, from 1 to 128.</value>
    public int MaxChoices { get; set; } = 8;

    /// <summary>Most prompts of a request to <c>/v1/completions</c>; more is 400.</summary>
    /// <value>128 by default, from 1.</value>
    public int MaxPrompts { get; set; } = 128;

    /// <summary>Whether a request that names no model, or one that is unknown, reaches the only model of its kind, if there is exactly one.</summary>
    /// <value>False by default.</value>
    public bool AllowMissingModel { get; set; }

    /// <summary>Whether a request may bring its own <c>chat_template</c>. It is a program that the server runs.</summary>
    /// <value>False by default.</value>
    public bool AllowChatTemplate { get; set; }

    /// <summary>How long a stream waits for its first event, so that a failure until then is an HTTP status; after it the stream opens with 200, and a failure is an event.</summary>
    /// <value>10 seconds by default, above zero. <see cref="Timeout.InfiniteTimeSpan"/> waits for good.</value>
    public TimeSpan FirstEventTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open stream is silent, at least, before a comment keeps its connection alive; up to half as long again.</summary>
    /// <value>10 seconds by default, above zero.</value>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether inputs that are too long for a model of texts are cut to what it takes, also where the request does not ask for it.</summary>
    /// <value>False by default: such a request is 400 <c>context_length_exceeded</c>. It concerns embeddings, reranking, scores and classes, of models that can cut.</value>
    public bool AutoTruncate { get; set; }

    /// <summary>Keys that callers must send, one of them, by the name of who has it: as a bearer token, or in a header <c>api-key</c> or <c>x-api-key</c>.</summary>
    /// <value>
    /// Empty by default: the routes are the app's to guard. With a key, a request without one is 401 before its body is read. An authenticated
    /// user of the app stays who it is; anybody else gets an identity with the name of the key, which is its tenant.
    /// </value>
    /// <remarks>Keep keys out of source code: in the configuration they are <c>Inference:OpenAI:ApiKeys:{name}</c>.</remarks>
    public IDictionary<string, string> ApiKeys { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether the routes below <c>/v1</c> are there without it too, for example <c>/rerank</c>. Under a prefix they always are.</summary>
    /// <value>False by default: such paths are the app's.</value>
    public bool EnableShortPaths { get; set; }

    /// <summary>Whether <c>/health</c> and <c>/ping</c> tell readiness. Under a prefix they always do.</summary>
    /// <value>False by default: such paths are the app's.</value>
    public bool EnableHealth { get; set; }

    /// <summary>Whether paths below <c>/v1</c> that nobody serves answer 404 with an error that OpenAI's clients can read. Under a prefix they always do.</summary>
    /// <value>False by default. Endpoints of the app come first; its fallback comes after.</value>
    public bool AnswerUnknownPaths { get; set; }

    /// <summary>Whether the routes of Hugging Face's Text Embeddings Inference are there: <c>/embed</c>, <c>/predict</c>, <c>/rerank</c>, <c>/similarity</c> and <c>/info</c>, with its statuses and errors.</summary>
    /// <value>False by default.</value>
    public bool EnableTextEmbeddingsInference { get; set; }

    /// <summary>How many items of answers of <c>/v1/responses</c> are kept for each tenant, so that a later request can refer to them; the oldest goes.</summary>
    /// <value>1000 by default, from 0. 0 keeps none: requests that refer to one are 400.</value>
    public int MaxResponseItems { get; set; } = 1000;

    /// <summary>How long such an item is kept, in the memory of this process only.</summary>
    /// <value>10 minutes by default, above zero.</value>
    public TimeSpan ResponseItemLifetime { get; set; } = TimeSpan.FromMinutes(10);
}
