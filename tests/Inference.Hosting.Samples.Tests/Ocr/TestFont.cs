// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Imaging;
using SkiaSharp;

namespace Inference.Hosting.Samples.Tests.Ocr;

/// <summary>A font of the machine, or a skipped test.</summary>
internal static class TestFont
{
    public static SKTypeface Open()
    {
        Assert.SkipUnless(
            SystemFont.TryOpen(out var typeface),
            "No font with Latin letters is installed: the test needs one to draw its lines, for example the package fonts-dejavu-core.");
        return typeface!;
    }
}
