// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>4: a model that another server runs, behind the same routes and in process.</summary>
internal static class RemoteServerProgram
{
    public static WebApplication Build(string[] args, Uri server)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddHttpClient("pets", http => http.BaseAddress = server);
        builder.Services.AddModel("pets").UseBackend(services => new RemoteBackend(
            services.GetRequiredService<IHttpClientFactory>().CreateClient("pets"), "PetClassifier"));

        var app = builder.Build();
        app.MapInference();
        return app;
    }
}
