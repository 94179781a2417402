// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>The nearest FP64.</summary>
internal readonly struct DoubleElement : INumberElement<double>
{
    public static string Expected => "a number in the range of FP64";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
        => NumberText.TryAppend<DoubleElement, double>(ref reader, target);

    public static bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out double value)
        => JsonNumber.TryConvert(text, parts, out value);
}
