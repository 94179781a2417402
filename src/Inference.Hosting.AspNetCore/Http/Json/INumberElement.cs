// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Elements that are numbers. They can be read without a JSON reader, which takes most of the time.</summary>
/// <typeparam name="TValue">The element in memory.</typeparam>
internal interface INumberElement<TValue> : IJsonElement
    where TValue : unmanaged
{
    /// <summary>The value of a number.</summary>
    /// <param name="text">Its text, nothing else.</param>
    /// <param name="parts">The text taken apart.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when it is no value of the type.</returns>
    static abstract bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out TValue value);
}
