// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>5: a new version for all, while one caller stays with the old one.</summary>
internal static class TwoVersionsProgram
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddModel<PetClassifier>("pets")
            .WithAsset(files => new PetNames(files))
            .AddVersion("1", version => version.UseOnnxRuntime("models/pets-1"))
            .AddVersion("2", version => version.UseOnnxRuntime("models/pets-2"));

        var app = builder.Build();
        app.MapInference();
        app.MapPost("/pets", (HttpRequest request, PetClassifier pets, CancellationToken cancellationToken) =>
            pets.ClassifyAsync(request.Body, cancellationToken));
        app.MapPost("/report", async (HttpRequest request, PetClassifier pets, CancellationToken cancellationToken) =>
        {
            // The yearly report must compare like with like.
            using var pinned = InferenceContext.Use(new InferenceContext { Version = "1" });
            return await pets.ClassifyAsync(request.Body, cancellationToken);
        });
        return app;
    }
}
