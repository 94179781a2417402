// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Tensors;
using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Imaging;

/// <summary>Normalized pixels as the models take them, [1, 3, height, width] in the order blue, green, red, in rented memory.</summary>
internal sealed class PixelTensor : IDisposable
{
    private readonly float[] _values;

    private PixelTensor(float[] values, int height, int width)
    {
        _values = values;
        Tensor = InferenceTensor.Create(new ReadOnlyMemory<float>(values, 0, 3 * height * width), [1, 3, height, width]);
    }

    public InferenceTensor Tensor { get; }

    /// <summary>Copies the pixels of a bitmap of type Bgra8888.</summary>
    /// <param name="bitmap">The picture.</param>
    /// <param name="normalization">What to subtract from the channels, and what to divide them by.</param>
    /// <param name="width">Width of the tensor; what lies right of the bitmap is 0.</param>
    public static PixelTensor From(SKBitmap bitmap, PixelNormalization normalization, int? width = null)
    {
        var columns = width ?? bitmap.Width;
        var plane = bitmap.Height * columns;
        var values = ArrayPool<float>.Shared.Rent(3 * plane);
        if (columns > bitmap.Width)
        {
            values.AsSpan(0, 3 * plane).Clear();
        }

        for (var channel = 0; channel < 3; channel++)
        {
            var (scale, offset) = normalization[channel];
            for (var y = 0; y < bitmap.Height; y++)
            {
                var source = bitmap.GetPixelSpan().Slice(y * bitmap.RowBytes, bitmap.Width * 4);
                var target = values.AsSpan((channel * plane) + (y * columns), bitmap.Width);
                for (var x = 0; x < target.Length; x++)
                {
                    target[x] = (source[(x * 4) + channel] * scale) + offset;
                }
            }
        }

        return new PixelTensor(values, bitmap.Height, columns);
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_values);
}
