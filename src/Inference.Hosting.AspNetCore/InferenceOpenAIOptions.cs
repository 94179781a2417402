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
}
