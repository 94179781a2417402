// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>The nearest FP16.</summary>
internal readonly struct HalfElement : INumberElement<Half>
{
    public static string Expected => "a number in the range of FP16 (up to 65504)";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
        => NumberText.TryAppend<HalfElement, Half>(ref reader, target);

    public static bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out Half value)
        => Half.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && Half.IsFinite(value);
}
