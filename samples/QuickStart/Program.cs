// SPDX-License-Identifier: Apache-2.0

using QuickStart;

var builder = WebApplication.CreateBuilder(args);

// Two models, each with a class of its own; rows of different length share a run, since padding with 0 changes no answer.
builder.Services.AddModel<PictureClassifier>("pictures").UseOnnxRuntime("models/pictures");
builder.Services.AddModel<LanguageDetector>("languages").UseOnnxRuntime("models/languages").WithRaggedAxis("ngrams");
builder.Services.AddHealthChecks().AddInference();
builder.Services.AddInferenceGrpc();
builder.Services.AddGrpcReflection();
builder.Services.AddSingleton<Race>();

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();

app.MapPost("/api/pictures", (HttpRequest request, PictureClassifier pictures, CancellationToken cancellationToken) =>
    pictures.ClassifyAsync(request.Body, cancellationToken));
app.MapPost("/api/languages", (Question question, LanguageDetector languages, CancellationToken cancellationToken) =>
    languages.DetectAsync(question.Text, cancellationToken));
app.MapGet("/api/race", (Race race, CancellationToken cancellationToken) =>
    TypedResults.ServerSentEvents(race.RunAsync(cancellationToken)));

app.MapInference();
app.MapGrpcReflectionService();
app.MapHealthChecks("/health");
app.Run();
