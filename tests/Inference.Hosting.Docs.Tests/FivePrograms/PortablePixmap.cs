// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>A picture in the plainest of binary formats (PPM, P6), so that the programs need no image library.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Rgb">Three bytes a pixel, row by row.</param>
internal sealed record PortablePixmap(int Width, int Height, byte[] Rgb)
{
    public static async Task<PortablePixmap> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancellationToken);
        var bytes = buffer.ToArray();
        var rest = bytes.AsSpan();
        if (!rest.StartsWith("P6"u8))
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, "The picture is no binary PPM: send one that begins with P6.");
        }

        rest = rest[2..];
        var (width, height, _) = (Number(ref rest), Number(ref rest), Number(ref rest));
        var pixels = rest[1..];
        return pixels.Length == width * height * 3
            ? new PortablePixmap(width, height, pixels.ToArray())
            : throw new InferenceException(
                InferenceErrorCode.InvalidInput, $"The picture should have {width} x {height} pixels, but has {pixels.Length / 3}.");
    }

    /// <summary>Scaled to a square, as planes of red, green and blue from 0 to 1.</summary>
    public float[] ToPlanes(int size)
    {
        var planes = new float[3 * size * size];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var source = 3 * ((y * Height / size * Width) + (x * Width / size));
                for (var channel = 0; channel < 3; channel++)
                {
                    planes[(channel * size * size) + (y * size) + x] = Rgb[source + channel] / 255f;
                }
            }
        }

        return planes;
    }

    private static int Number(ref Span<byte> text)
    {
        text = text.TrimStart(" \n\r\t"u8);
        if (!Utf8Parser.TryParse(text, out int value, out var length) || value is < 1 or > 65535)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, "The picture's header is damaged.");
        }

        text = text[length..];
        return value;
    }
}
