// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;
using Inference.Hosting.Samples.Ocr.Lines;

namespace Inference.Hosting.Samples.Ocr;

/// <summary>One line of text in a photo.</summary>
/// <param name="Text">What stands there.</param>
/// <param name="Confidence">Mean probability of the characters, from 0 to 1.</param>
/// <param name="Box">Four corners [x, y] in pixels of the photo: top left, top right, bottom right, bottom left.</param>
/// <param name="Turned">Whether it stands on its head.</param>
/// <param name="Timing">How the recognizer's run went.</param>
internal sealed record OcrLine(string Text, float Confidence, float[][] Box, bool Turned, StageTiming Timing)
{
    public static OcrLine Create(TextBox box, bool turned, RecognizedText read)
        => new(
            read.Text,
            MathF.Round(read.Confidence, 4),
            [.. box.Corners.Select(corner => new[] { MathF.Round(corner.X, 1), MathF.Round(corner.Y, 1) })],
            turned,
            StageTiming.From(read.Timing));
}
