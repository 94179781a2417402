// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;
using Inference.Hosting.Samples.Ocr.Imaging;

namespace Inference.Hosting.Samples.Ocr.Lines;

/// <summary>Tells whether a line stands on its head.</summary>
internal sealed class LineDirection(IInferenceClient client)
{
    public const int Height = 48;
    public const int Width = 192;

    private const float Sure = 0.9f;

    public async Task<bool> IsTurnedAsync(Photo photo, TextBox box, CancellationToken cancellationToken)
    {
        using var pixels = Prepare(photo, box);
        using var response = await client.InferAsync(
            new InferenceRequest { Inputs = { [OcrModels.Input] = pixels.Tensor } }, cancellationToken);
        return response.Outputs.Items[0].Value.AsSpan<float>()[1] > Sure;
    }

    // This model was trained on short lines with zeros to their right: here the padding is part of the input.
    private static PixelTensor Prepare(Photo photo, TextBox box)
    {
        var width = Math.Clamp((int)MathF.Ceiling(Height * box.Aspect), 1, Width);
        using var line = photo.Render(width, Height, box.ToLine(width, Height));
        return PixelTensor.From(line, PixelNormalization.Lines, Width);
    }
}
