// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;
using Inference.Hosting.Samples.Ocr.Imaging;
using Inference.Hosting.Samples.Ocr.Lines;

namespace Inference.Hosting.Samples.Ocr;

/// <summary>Reads the text in a photo with three models: find the lines, turn those that stand on their head, read each.</summary>
internal sealed class OcrReader(
    [FromKeyedServices(OcrModels.Detect)] IInferenceClient detect,
    [FromKeyedServices(OcrModels.Direction)] IInferenceClient direction,
    [FromKeyedServices(OcrModels.Recognize)] IInferenceClient recognize,
    TimeProvider time)
{
    private readonly TextDetector _detector = new(detect);
    private readonly LineDirection _direction = new(direction);
    private readonly LineRecognizer _recognizer = new(recognize);

    /// <summary>Reads a photo; any number of calls may run at once.</summary>
    public async Task<OcrResult> ReadAsync(Photo photo, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var (boxes, timing) = await _detector.DetectAsync(photo, cancellationToken);

        // All lines at once: those of equal width share runs, with each other and with those of other callers.
        var rows = await Task.WhenAll(ReadingOrder.Rows(boxes).Select(
            row => Task.WhenAll(row.Select(box => ReadLineAsync(photo, box, cancellationToken)))));
        return OcrResult.Create(photo, rows, StageTiming.From(timing), time.GetElapsedTime(start));
    }

    private async Task<OcrLine> ReadLineAsync(Photo photo, TextBox box, CancellationToken cancellationToken)
    {
        var turned = await _direction.IsTurnedAsync(photo, box, cancellationToken);
        var read = await _recognizer.ReadAsync(photo, box, turned, cancellationToken);
        return OcrLine.Create(box, turned, read);
    }
}
