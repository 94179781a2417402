// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting;
using Inference.Hosting.Tensors;

namespace QuickStart;

/// <summary>Names the piece of clothing in a picture.</summary>
internal sealed class PictureClassifier(IInferenceClient client)
{
    public async Task<IResult> ClassifyAsync(Stream picture, CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        await picture.CopyToAsync(bytes, cancellationToken);
        if (PicturePixels.From(bytes.ToArray()) is not { } pixels)
        {
            return TypedResults.Problem("That is no picture: send a PNG, JPEG or WebP file as the body.", statusCode: 400);
        }

        return TypedResults.Ok(await ClassifyAsync(pixels, cancellationToken));
    }

    /// <summary>Classifies 28 × 28 grey pixels, from 0 (background) to 1.</summary>
    public async Task<Answer> ClassifyAsync(float[] pixels, CancellationToken cancellationToken)
    {
        using var lease = await client.AcquireAsync(cancellationToken);
        var request = new InferenceRequest
        {
            Inputs = { ["image"] = InferenceTensor.Create(pixels, 1, 1, PicturePixels.Size, PicturePixels.Size) },
        };
        using var response = await lease.InferAsync(request, cancellationToken);
        return Answer.From(response, "probabilities", lease.Metadata.Outputs[0].Labels!);
    }
}
