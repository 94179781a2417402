// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>1: a web app that tells pets apart.</summary>
internal static class VisionClassifierProgram
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddModel<PetClassifier>().UseOnnxRuntime("models/pets").WithAsset(files => new PetNames(files));

        var app = builder.Build();
        app.MapInference();
        app.MapPost("/pets", (HttpRequest request, PetClassifier pets, CancellationToken cancellationToken) =>
            pets.ClassifyAsync(request.Body, cancellationToken));
        return app;
    }
}
