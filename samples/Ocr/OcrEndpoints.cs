// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Samples.Ocr.Imaging;
using Microsoft.AspNetCore.Mvc;

namespace Inference.Hosting.Samples.Ocr;

/// <summary>The sample's own routes: an upload, and a picture to try.</summary>
internal static class OcrEndpoints
{
    private const int MaxUpload = 20 * 1024 * 1024;

    public static void MapOcr(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/ocr", ReadAsync)
            .WithMetadata(new RequestSizeLimitAttribute(MaxUpload))
            .DisableAntiforgery();
        endpoints.MapGet("/sample.png", DrawSample);
    }

    private static async Task<IResult> ReadAsync(IFormFile photo, OcrReader reader, CancellationToken cancellationToken)
    {
        try
        {
            await using var upload = photo.OpenReadStream();
            using var picture = Photo.Decode(upload);
            return Results.Ok(await reader.ReadAsync(picture, cancellationToken));
        }
        catch (InferenceException exception)
        {
            return Results.Json(
                new { error = exception.Message }, statusCode: ErrorTable.Find(exception.Code).HttpStatus);
        }
    }

    private static IResult DrawSample()
        => SamplePicture.TryDraw(out var png)
            ? Results.Bytes(png, "image/png")
            : Results.Json(
                new { error = "No font with Latin letters was found on this machine: install one, for example the package fonts-dejavu-core." },
                statusCode: StatusCodes.Status404NotFound);
}
