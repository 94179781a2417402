// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V1.Reading;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>Reads the body of a request.</summary>
internal static class V1RequestReader
{
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge.</exception>
    public static async ValueTask ReadAsync(V1Request request, BodyReader body, InferenceHttpOptions options)
    {
        var parser = new V1JsonParser(request, options);
        while (true)
        {
            var result = await body.ReadAsync();
            var used = result.Buffer.Length;
            try
            {
                used = parser.Feed(result.Buffer, result.IsCompleted);
            }
            finally
            {
                body.AdvanceTo(result, result.IsCompleted ? result.Buffer.Length : used);
            }

            if (result.IsCompleted)
            {
                return;
            }
        }
    }
}
