// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Tensors as bytes behind the JSON: little-endian, row-major, BYTES with a 4-byte length before each element.</summary>
internal static class BinaryData
{
    /// <summary>Whether a size fits type and shape, before anything of it is read.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static void CheckSize(V2Input input, long size)
    {
        var shape = input.Shape!.Value;
        shape.TryGetElementCount(out var count);
        var elementSize = input.DataType!.Value.GetElementSize();
        if (elementSize > 0 && (UInt128)count * (uint)elementSize != (UInt128)size)
        {
            throw Invalid(input, $"'binary_data_size' is {size}, but {input.DataType.Value.ToV2Name()} of shape {shape} takes {(UInt128)count * (uint)elementSize} bytes");
        }
    }

    /// <summary>Reads the bytes of one input.</summary>
    /// <exception cref="InferenceException">InvalidInput: the body ends before.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask ReadAsync(BodyReader body, V2Input input, long size)
    {
        input.Data.Expect(size);
        while (size > 0)
        {
            var result = await body.ReadAsync();
            var taken = Math.Min(size, result.Buffer.Length);
            input.Data.Append(result.Buffer.Slice(0, taken));
            size -= taken;
            body.StepTo(result, taken);
            if (size > 0 && result.IsCompleted && taken == result.Buffer.Length)
            {
                throw Invalid(input, $"the body ends {size} bytes before its binary data does");
            }
        }
    }

    /// <summary>Makes sure that nothing follows.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask ReadEndAsync(BodyReader body)
    {
        while (true)
        {
            var result = await body.ReadAsync();
            var isEmpty = result.Buffer.IsEmpty;
            body.StepTo(result, result.Buffer.Length);
            if (!isEmpty)
            {
                throw new InferenceException(
                    InferenceErrorCode.InvalidInput, "The body goes on after the binary data of the last input.");
            }

            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Whether bytes that were read are values of their type.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static void CheckContent(V2Input input)
    {
        if (input.BinarySize is null)
        {
            return;
        }

        switch (input.DataType!.Value)
        {
            case TensorDataType.Bool when input.Content.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and var index:
                throw Invalid(input, $"element {index} of its binary data is neither 0 nor 1");
            case TensorDataType.Bytes:
                input.Shape!.Value.TryGetElementCount(out var count);
                var found = BytesEncoding.Count(input.Content.Span);
                if (found != count)
                {
                    throw Invalid(input, found < 0
                        ? "the length of an element of its binary data exceeds the bytes that are left"
                        : $"its binary data has {found} elements, its shape {input.Shape} has {count}");
                }

                break;
        }
    }

    private static InferenceException Invalid(V2Input input, string fault)
        => new(InferenceErrorCode.InvalidInput, $"{input.Subject}: {fault}.") { Parameter = input.Name };
}
