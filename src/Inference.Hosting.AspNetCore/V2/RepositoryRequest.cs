// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>What a request to the repository asks for beyond its path. Its body may be empty; unknown properties mean nothing.</summary>
/// <param name="IsReady">Of an index: only what is ready.</param>
/// <param name="Parameters">Names of the parameters that are set: neither null nor false.</param>
internal sealed record RepositoryRequest(bool IsReady, IReadOnlyList<string> Parameters)
{
    private static readonly RepositoryRequest _empty = new(false, []);

    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge.</exception>
    public static async ValueTask<RepositoryRequest> ReadAsync(BodyReader body, InferenceHttpOptions options)
    {
        using var bytes = new PooledBytes();
        while (true)
        {
            var result = await body.ReadAsync();
            bytes.Append(result.Buffer);
            body.StepTo(result, result.Buffer.Length);
            if (result.IsCompleted)
            {
                return bytes.Length == 0 ? _empty : Parse(bytes.Memory, options);
            }
        }
    }

    private static RepositoryRequest Parse(ReadOnlyMemory<byte> text, InferenceHttpOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = options.MaxJsonDepth });
            var root = document.RootElement;
            Require(root.ValueKind == JsonValueKind.Object, "The body must be a JSON object.");
            return new RepositoryRequest(
                IsTrue(root, "ready"),
                root.TryGetProperty("parameters", out var parameters) && parameters.ValueKind != JsonValueKind.Null ? ReadNames(parameters) : []);
        }
        catch (JsonException exception)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, "The body is not valid JSON.", exception);
        }
        catch (InvalidOperationException exception)
        {
            // An escape of half a surrogate pair is valid JSON, yet no text.
            throw new InferenceException(InferenceErrorCode.InvalidInput, "The name of a property is not valid UTF-8 text.", exception);
        }
    }

    private static bool IsTrue(JsonElement root, string name)
    {
        var kind = root.TryGetProperty(name, out var value) ? value.ValueKind : JsonValueKind.Null;
        Require(kind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null, $"'{name}' must be true or false.");
        return kind == JsonValueKind.True;
    }

    private static string[] ReadNames(JsonElement parameters)
    {
        Require(parameters.ValueKind == JsonValueKind.Object, "'parameters' must be an object.");
        return [.. parameters.EnumerateObject()
            .Where(parameter => parameter.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
            .Select(parameter => parameter.Name)];
    }

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, fault);
        }
    }
}
