// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>A model of a server that speaks OpenAI's protocol. Section <c>Inference:Models:{name}:Remote</c>.</summary>
public sealed class OpenAIRemoteOptions : RemoteOptions
{
    /// <summary>What the server calls the model.</summary>
    /// <value>Null by default: as it is called here.</value>
    public string? Model { get; set; }

    /// <summary>What the server serves the model on; read when the host starts.</summary>
    /// <value><see cref="OpenAIRoutes.All"/> by default: what it does not serve, it says itself.</value>
    public OpenAIRoutes Routes { get; set; } = OpenAIRoutes.All;

    /// <summary>What the model honours when it is used in process; over HTTP the server itself decides.</summary>
    /// <value>All by default.</value>
    public GenerationFeatures Features { get; set; } = (GenerationFeatures)((1L << 41) - 1);

    /// <summary>What the model honours of texts, when it is used in process.</summary>
    /// <value>All but pairs to be classified by default, for which there is no field.</value>
    public TextFeatures TextFeatures { get; set; } = (TextFeatures)((1 << 11) - 1) & ~TextFeatures.Pairs;

    /// <summary>The field for the most tokens of a chat's answer, when the model is used in process: <c>max_tokens</c> for servers that do not know the newer name.</summary>
    /// <value><c>max_completion_tokens</c> by default.</value>
    public string MaxTokensField { get; set; } = "max_completion_tokens";

    /// <summary>Most tokens of prompt and answer together.</summary>
    /// <value>Null by default: unknown.</value>
    public int? ContextLength { get; set; }

    /// <summary>What is asked for to see whether a server is well, relative to its address. A server that has no such path is well.</summary>
    /// <value><c>models</c> by default.</value>
    public string HealthPath { get; set; } = "models";
}
