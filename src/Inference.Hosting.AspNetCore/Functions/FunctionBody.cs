// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Functions;

/// <summary>Reads items of the app's own type.</summary>
internal sealed class FunctionBody<TIn>(JsonTypeInfo<TIn> type)
{
    private const int DefaultDepth = 64;

    private readonly JsonReaderOptions _options = new()
    {
        AllowTrailingCommas = type.Options.AllowTrailingCommas,
        CommentHandling = type.Options.ReadCommentHandling,
        MaxDepth = type.Options.MaxDepth == 0 ? DefaultDepth : type.Options.MaxDepth,
    };

    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge.</exception>
    public async ValueTask<FunctionInput<TIn>> ReadAsync(BodyReader body)
    {
        using var bytes = new PooledBytes();
        while (true)
        {
            var result = await body.ReadAsync();
            bytes.Append(result.Buffer);
            body.StepTo(result, result.Buffer.Length);
            if (result.IsCompleted)
            {
                return Parse(bytes.Span);
            }
        }
    }

    private FunctionInput<TIn> Parse(ReadOnlySpan<byte> text)
    {
        List<TIn> items = [];
        var isArray = false;
        try
        {
            var reader = new Utf8JsonReader(text, _options);
            reader.Read();
            isArray = reader.TokenType == JsonTokenType.StartArray;
            if (!isArray)
            {
                if (type.Kind == JsonTypeInfoKind.Enumerable)
                {
                    throw Invalid("The body must be an array of items, each of which is an array.");
                }

                items.Add(Read(ref reader));
            }
            else
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader));
                }
            }

            // Whatever follows is no part of one JSON text.
            while (reader.Read())
            {
                throw new JsonException();
            }
        }
        catch (JsonException exception)
        {
            var place = exception.Path is null or "$" ? "" : $" at {Shorten(exception.Path)}";
            throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                isArray ? $"Item {items.Count} of the body cannot be read{place}: it is not JSON of the form that the function takes."
                    : $"The body cannot be read{place}: it is not JSON of the form that the function takes.",
                exception)
            {
                Parameter = isArray ? $"[{items.Count}]" : null,
            };
        }

        return new FunctionInput<TIn>(items, isArray);
    }

    private TIn Read(ref Utf8JsonReader reader)
    {
        var item = JsonSerializer.Deserialize(ref reader, type);
        return item is null && !typeof(TIn).IsValueType ? throw Invalid("An item of the body is null.") : item!;
    }

    private static InferenceException Invalid(string text) => new(InferenceErrorCode.InvalidInput, text);

    private static string Shorten(string path) => path.Length <= 100 ? path : path[..100] + "…";
}
