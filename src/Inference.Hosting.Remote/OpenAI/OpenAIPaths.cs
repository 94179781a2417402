// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Where routes lie at a server. Some of vLLM's lie beside <c>/v1</c>, not below it: what answers is remembered. Thread-safe.</summary>
internal sealed class OpenAIPaths
{
    private static readonly Dictionary<string, OpenAIRoutes> _routes = new(StringComparer.Ordinal)
    {
        ["chat/completions"] = OpenAIRoutes.Chat,
        ["completions"] = OpenAIRoutes.Completions,
        ["embeddings"] = OpenAIRoutes.Embeddings,
        ["rerank"] = OpenAIRoutes.Rerank,
        ["score"] = OpenAIRoutes.Rerank,
        ["classify"] = OpenAIRoutes.Classify,
        ["tokenize"] = OpenAIRoutes.Tokenize,
        ["detokenize"] = OpenAIRoutes.Tokenize,
        ["responses"] = OpenAIRoutes.Responses,
    };

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    public static OpenAIRoutes Find(string route) => _routes.GetValueOrDefault(route);

    /// <summary>Whether a call of a route may happen twice without harm or cost to speak of.</summary>
    public static bool IsIdempotent(string route)
        => Find(route) is OpenAIRoutes.Embeddings or OpenAIRoutes.Rerank or OpenAIRoutes.Classify or OpenAIRoutes.Tokenize;

    /// <summary>Where to ask first.</summary>
    public string First(string route) => _known.GetValueOrDefault(route, route);

    /// <summary>Where else to ask when the server knows no such path; null for nowhere.</summary>
    public string? Other(string route)
        => Find(route) is OpenAIRoutes.Classify or OpenAIRoutes.Tokenize && !_known.ContainsKey(route) ? "../" + route : null;

    public void Remember(string route, string path) => _known[route] = path;
}
