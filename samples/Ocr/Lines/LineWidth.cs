// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Lines;

/// <summary>The widths to which lines are stretched, few enough that lines of about the same length share a run.</summary>
/// <remarks>
/// Stretching by some pixels leaves what is read unchanged; padding does not. The recognizer gives one step for each 8 pixels, so any multiple of 8
/// would do: on the lines of the tests, 32 reads as well as 8 with half as many widths, 64 reads worse.
/// </remarks>
internal static class LineWidth
{
    private const int Step = 32;
    private const int Shortest = 64;
    private const int Longest = 2560;

    /// <summary>The nearest of them.</summary>
    /// <param name="natural">Width that keeps the proportions, in pixels.</param>
    public static int For(float natural) => Math.Clamp((int)MathF.Round(natural / Step) * Step, Shortest, Longest);
}
