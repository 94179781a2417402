// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Rules of <see cref="OpenAIRemoteOptions"/>.</summary>
internal sealed class OpenAIRemoteOptionsValidator : IValidateOptions<OpenAIRemoteOptions>
{
    public ValidateOptionsResult Validate(string? name, OpenAIRemoteOptions options)
    {
        var faults = new RemoteOptionsFaults(name).Check(options, "http", "https");
        if (options.Model is { Length: 0 })
        {
            faults.Add("Model", "empty", "name the model as the server does, or leave it out");
        }

        if (options.Routes is OpenAIRoutes.None || (options.Routes & ~OpenAIRoutes.All) != OpenAIRoutes.None)
        {
            faults.Add("Routes", options.Routes, "name at least one of Chat, Completions, Embeddings, Rerank, Classify, Tokenize, Responses, or All");
        }

        if (options.ContextLength < 1)
        {
            faults.Add("ContextLength", options.ContextLength, "use 1 or more, or leave it out");
        }

        return faults.Result;
    }
}
