// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Imaging;

/// <summary>(pixel / 255 - mean) / deviation for each channel, as one multiplication and one addition.</summary>
internal sealed class PixelNormalization(ReadOnlySpan<float> means, ReadOnlySpan<float> deviations)
{
    private readonly (float Scale, float Offset)[] _channels =
    [
        (1 / (255 * deviations[0]), -means[0] / deviations[0]),
        (1 / (255 * deviations[1]), -means[1] / deviations[1]),
        (1 / (255 * deviations[2]), -means[2] / deviations[2]),
    ];

    /// <summary>What the detector was trained with. The network saw its channels as blue, green, red, with these numbers in this order.</summary>
    public static PixelNormalization Detection { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>What the two line models were trained with: -1 to 1.</summary>
    public static PixelNormalization Lines { get; } = new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    public (float Scale, float Offset) this[int channel] => _channels[channel];
}
