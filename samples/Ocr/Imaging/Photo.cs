// SPDX-License-Identifier: Apache-2.0

using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Imaging;

/// <summary>A decoded picture, upright. Any number of threads may draw from it.</summary>
internal sealed class Photo : IDisposable
{
    /// <summary>Pixels beyond which a picture is refused before it is decoded: 4 bytes each.</summary>
    public const long MaxPixels = 50_000_000;

    private readonly SKImage _image;

    private Photo(SKImage image) => _image = image;

    public int Width => _image.Width;

    public int Height => _image.Height;

    /// <summary>Decodes PNG, JPEG, WebP, GIF or BMP.</summary>
    /// <exception cref="InferenceException">InvalidInput or PayloadTooLarge, fit for the uploader.</exception>
    public static Photo Decode(Stream stream)
    {
        using var data = SKData.Create(stream);
        using var codec = data is null ? null : SKCodec.Create(data);
        if (codec is null)
        {
            throw new InferenceException(
                InferenceErrorCode.InvalidInput, "The upload is no picture that can be read: send PNG, JPEG, WebP, GIF or BMP.");
        }

        if ((long)codec.Info.Width * codec.Info.Height > MaxPixels)
        {
            throw new InferenceException(
                InferenceErrorCode.PayloadTooLarge,
                $"The picture has {codec.Info.Width} x {codec.Info.Height} pixels: send one of at most {MaxPixels / 1_000_000} million.");
        }

        using var bitmap = new SKBitmap(codec.Info.Width, codec.Info.Height, SKColorType.Bgra8888, SKAlphaType.Premul);
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) is not (SKCodecResult.Success or SKCodecResult.IncompleteInput))
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, "The picture is damaged: send it again.");
        }

        bitmap.SetImmutable();
        var raw = SKImage.FromBitmap(bitmap);
        if (codec.EncodedOrigin == SKEncodedOrigin.TopLeft)
        {
            return new Photo(raw);
        }

        using (raw)
        {
            return new Photo(Upright(raw, codec.EncodedOrigin));
        }
    }

    /// <summary>Renders a part of the picture at a given size.</summary>
    /// <param name="width">Of the result.</param>
    /// <param name="height">Of the result.</param>
    /// <param name="toResult">Maps the picture's pixels to those of the result.</param>
    public SKBitmap Render(int width, int height, SKMatrix toResult)
    {
        var result = new SKBitmap(width, height, SKColorType.Bgra8888, SKAlphaType.Premul);
        using var canvas = new SKCanvas(result);
        canvas.Clear(SKColors.White);
        canvas.SetMatrix(toResult);

        // Mipmaps keep thin strokes when a large photo shrinks.
        canvas.DrawImage(_image, 0, 0, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return result;
    }

    public void Dispose() => _image.Dispose();

    // Phones store the sensor's view and say how to turn it.
    private static SKImage Upright(SKImage raw, SKEncodedOrigin origin)
    {
        float w = raw.Width;
        float h = raw.Height;
        var matrix = origin switch
        {
            SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, w, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, w, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new SKMatrix(0, -1, h, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, h, -1, 0, w, 0, 0, 1),
            SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, w, 0, 0, 1),
            _ => SKMatrix.Identity,
        };
        var size = matrix.MapRect(new SKRect(0, 0, w, h)).Size.ToSizeI();
        using var surface = SKSurface.Create(
            new SKImageInfo(size.Width, size.Height, SKColorType.Bgra8888, SKAlphaType.Premul));
        surface.Canvas.SetMatrix(matrix);
        surface.Canvas.DrawImage(raw, 0, 0, SKSamplingOptions.Default);
        return surface.Snapshot();
    }
}
