// SPDX-License-Identifier: Apache-2.0

using Gateway.Documents;

namespace Gateway.Engine;

/// <summary>A server of a language model on OpenAI's routes, in a process of its own: what vLLM or another engine is to a gateway.</summary>
internal static class EngineApp
{
    public static int Run(string[] args)
    {
        // The settings beside it are the gateway's; this is a server elsewhere.
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://localhost:5083")]).AddCommandLine(args);
        builder.Services.AddSingleton(_ => WordModel.Train(DocumentReader.Read(Path.Combine(AppContext.BaseDirectory, "documents"))));
        builder.Services.AddModel<WordChat>("assistant");

        var app = builder.Build();
        app.MapInference();
        app.Run();
        return 0;
    }
}
