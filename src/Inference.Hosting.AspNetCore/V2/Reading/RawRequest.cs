// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>A raw binary request: no JSON, the body is the one input of the model, a single row. All outputs come back binary.</summary>
internal static class RawRequest
{
    public static async ValueTask ReadAsync(V2Request request, BodyReader body, ModelMetadata? metadata, InferenceHttpOptions options)
    {
        if (metadata?.Inputs is not [var spec])
        {
            throw Invalid($"A raw binary request needs a model with one input; this one has {metadata?.Inputs.Count ?? 0}. Send JSON before the data.");
        }

        var input = request.AddInput();
        (input.Name, input.DataType) = (spec.Name, spec.DataType);
        request.BinaryOutputs = true;
        if (spec.DataType == TensorDataType.Bytes)
        {
            // The whole body is the one element; its length is ours to write.
            input.Data.Append([0, 0, 0, 0]);
        }

        await ReadAllAsync(body, input, options);
        if (spec.DataType == TensorDataType.Bytes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(input.Data.Span, input.Data.Length - 4);
        }

        input.BinarySize = input.Data.Length;
        input.Shape = DeduceShape(spec, input.Data.Length);
    }

    private static async ValueTask ReadAllAsync(BodyReader body, V2Input input, InferenceHttpOptions options)
    {
        while (true)
        {
            var result = await body.ReadAsync();
            input.Data.Append(result.Buffer);
            body.StepTo(result, result.Buffer.Length);
            if (input.Data.Length > options.MaxTensorBytes)
            {
                throw Limits.TooManyTensorBytes(options, input.Name);
            }

            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private static TensorShape DeduceShape(TensorSpec spec, int bytes)
    {
        var dimensions = spec.Shape.ToArray();
        if (spec.BatchAxis is { } batch && dimensions[batch] < 0)
        {
            dimensions[batch] = 1;
        }

        var open = Array.IndexOf(dimensions, -1);
        if (open >= 0 && Array.IndexOf(dimensions, -1, open + 1) >= 0)
        {
            throw Invalid($"Input '{spec.Name}': its shape {spec.Shape} has more than one open dimension, so a raw binary request does not tell it. Send JSON before the data.");
        }

        var isBytes = spec.DataType == TensorDataType.Bytes;
        long elements = isBytes ? 1 : bytes / spec.DataType.GetElementSize();
        if (open >= 0)
        {
            dimensions[open] = 1;
            TensorShape.TryGetElementCount(dimensions, out var others);
            dimensions[open] = others == 0 ? 0 : elements / others;
        }

        if (!TensorShape.TryGetElementCount(dimensions, out var count)
            || count != elements
            || (!isBytes && count * spec.DataType.GetElementSize() != bytes))
        {
            throw Invalid(isBytes
                ? $"Input '{spec.Name}': a raw binary request is one BYTES element, but its shape {spec.Shape} has more."
                : $"Input '{spec.Name}': {bytes} bytes do not fill one row of {spec.DataType.ToV2Name()}{spec.Shape}.");
        }

        return TensorShape.Create(dimensions);
    }

    private static InferenceException Invalid(string text) => new(InferenceErrorCode.InvalidInput, text);
}
