// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>How the elements of one data type stand in JSON.</summary>
internal interface IJsonElement
{
    /// <summary>What is allowed, for the text of an error.</summary>
    static abstract string Expected { get; }

    /// <summary>Appends the element the reader stands on.</summary>
    /// <returns>False when it is no value of the type.</returns>
    static abstract bool TryAppend(ref Utf8JsonReader reader, PooledBytes target);
}
