// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>The <c>inference-fallback</c> header: the name of the model that answered, when it is another than was asked.</summary>
internal static class FallbackHeader
{
    public const string Name = "inference-fallback";

    /// <summary>Adds the header, if the head of the answer has not been sent yet.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="model">The model that answered instead; null for none.</param>
    public static void Write(HttpResponse response, string? model)
    {
        if (model is not null && !response.HasStarted)
        {
            response.Headers[Name] = model;
        }
    }
}
