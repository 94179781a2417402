// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.AspNetCore.V2.Reading;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>Reads an inference request: JSON, and the bytes behind it of the binary tensor data extension. Reused from request to request.</summary>
internal sealed class V2RequestReader(InferenceHttpOptions options)
{
    /// <summary>Bytes of JSON before the binary data, in requests and responses.</summary>
    public const string JsonLengthHeader = "Inference-Header-Content-Length";

    private readonly V2JsonParser _parser = new(options);

    /// <summary>The request last read; its tensors live until it is disposed.</summary>
    public V2Request Request { get; } = new(options);

    /// <summary>Reads a request.</summary>
    /// <param name="context">Its headers.</param>
    /// <param name="body">Its body.</param>
    /// <param name="metadata">What the model takes; null when it does not say.</param>
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge, Unsupported.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(HttpContext context, BodyReader body, ModelMetadata? metadata)
    {
        var jsonLength = ReadJsonLength(context.Request);
        if (jsonLength == 0)
        {
            await RawRequest.ReadAsync(Request, body, metadata, options);
        }
        else
        {
            _parser.Begin(Request, metadata);
            await ReadJsonAsync(body, jsonLength);
            await ReadBinaryAsync(body, jsonLength);
        }

        Request.Complete();
    }

    private static long? ReadJsonLength(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(JsonLengthHeader, out var header))
        {
            return null;
        }

        return long.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw Invalid($"The header {JsonLengthHeader} must be the number of bytes of JSON in the body.");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadJsonAsync(BodyReader body, long? jsonLength)
    {
        var left = jsonLength ?? long.MaxValue;
        while (true)
        {
            var result = await body.ReadAsync();
            var text = result.Buffer;
            var isLast = result.IsCompleted;
            var used = text.Length;
            try
            {
                if (text.Length >= left)
                {
                    (text, isLast) = (text.Slice(0, left), true);
                }
                else if (isLast && jsonLength is not null)
                {
                    throw CutShort(jsonLength.Value, jsonLength.Value - left + text.Length);
                }

                used = _parser.Feed(text, isLast);
            }
            catch (InferenceException exception) when (jsonLength is not null && exception.InnerException is JsonException)
            {
                throw new InferenceException(
                    exception.Code, $"{exception.Message} The header {JsonLengthHeader} says that {jsonLength} bytes are JSON.", exception);
            }
            finally
            {
                body.AdvanceTo(result, isLast ? text.Length : used);
            }

            left -= used;
            if (isLast)
            {
                return;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadBinaryAsync(BodyReader body, long? jsonLength)
    {
        var total = AdmitBinary();
        if (jsonLength is null)
        {
            // Without the header the whole body was JSON.
            if (total is not null)
            {
                throw Invalid($"Binary data needs the header {JsonLengthHeader}: the number of bytes of JSON before it.");
            }

            return;
        }

        for (var i = 0; i < Request.InputCount; i++)
        {
            if (Request[i] is { BinarySize: { } size } input)
            {
                await BinaryData.ReadAsync(body, input, size);
            }
        }

        await BinaryData.ReadEndAsync(body);
    }

    // Sizes are checked against types, shapes and limits before a byte of them is read.
    private long? AdmitBinary()
    {
        long? total = null;
        long tensors = 0;
        for (var i = 0; i < Request.InputCount; i++)
        {
            var input = Request[i];
            tensors += input.Data.Length;
            if (input.BinarySize is { } size)
            {
                BinaryData.CheckSize(input, size);
                total = (total ?? 0) + Math.Min(size, options.MaxTensorBytes + 1);
                if (total + tensors > options.MaxTensorBytes)
                {
                    throw Limits.TooManyTensorBytes(options, input.Name);
                }
            }
        }

        return total;
    }

    private static InferenceException CutShort(long json, long body)
        => Invalid($"The header {JsonLengthHeader} says {json} bytes of JSON, but the body has {body} bytes.");

    private static InferenceException Invalid(string text) => new(InferenceErrorCode.InvalidInput, text);
}
