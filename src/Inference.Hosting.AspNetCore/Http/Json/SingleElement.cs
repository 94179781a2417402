// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>The nearest FP32.</summary>
internal readonly struct SingleElement : INumberElement<float>
{
    public static string Expected => "a number in the range of FP32";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
        => NumberText.TryAppend<SingleElement, float>(ref reader, target);

    public static bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out float value)
        => JsonNumber.TryConvert(text, parts, out value);
}
