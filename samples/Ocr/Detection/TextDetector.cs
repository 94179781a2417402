// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Imaging;
using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Detection;

/// <summary>Finds lines of text in a photo.</summary>
internal sealed class TextDetector(IInferenceClient client)
{
    private const int LongestSide = 960;
    private const int Step = 32;

    public async Task<(List<TextBox> Boxes, InferenceTiming Timing)> DetectAsync(
        Photo photo, CancellationToken cancellationToken)
    {
        var shrink = Math.Min(1f, (float)LongestSide / Math.Max(photo.Width, photo.Height));
        var (width, height) = (Fit(photo.Width * shrink), Fit(photo.Height * shrink));
        using var pixels = Prepare(photo, width, height);
        using var response = await client.InferAsync(
            new InferenceRequest { Inputs = { [OcrModels.Input] = pixels.Tensor } }, cancellationToken);
        var boxes = ProbabilityMap.FindBoxes(
            response.Outputs.Items[0].Value.AsSpan<float>(),
            width,
            (float)photo.Width / width,
            (float)photo.Height / height);
        return (boxes, response.Timing);
    }

    private static PixelTensor Prepare(Photo photo, int width, int height)
    {
        using var bitmap = photo.Render(
            width, height, SKMatrix.CreateScale((float)width / photo.Width, (float)height / photo.Height));
        return PixelTensor.From(bitmap, PixelNormalization.Detection);
    }

    // The network halves the picture five times.
    private static int Fit(float side) => Math.Max(Step, (int)MathF.Round(side / Step) * Step);
}
