// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;
using Inference.Hosting.Samples.Ocr.Imaging;

namespace Inference.Hosting.Samples.Ocr.Lines;

/// <summary>Reads one line of text.</summary>
internal sealed class LineRecognizer(IInferenceClient client)
{
    public const int Height = 48;

    public async Task<RecognizedText> ReadAsync(
        Photo photo, TextBox box, bool turned, CancellationToken cancellationToken)
    {
        using var lease = await client.AcquireAsync(cancellationToken);
        using var pixels = Prepare(photo, box, turned);
        using var response = await lease.InferAsync(
            new InferenceRequest { Inputs = { [OcrModels.Input] = pixels.Tensor } }, cancellationToken);
        var (text, confidence) = CtcDecoder.Decode(
            response.Outputs.Items[0].Value.AsSpan<float>(), lease.GetAsset<CharacterSet>());
        return new RecognizedText(text, confidence, response.Timing);
    }

    private static PixelTensor Prepare(Photo photo, TextBox box, bool turned)
    {
        var width = LineWidth.For(box.Aspect * Height);
        using var line = photo.Render(width, Height, box.ToLine(width, Height, turned));
        return PixelTensor.From(line, PixelNormalization.Lines);
    }
}
