// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.V1;
using Inference.Hosting.AspNetCore.V1.Reading;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Fuzz.Targets;

/// <summary>Bodies of V1 predictions, for a model of one input, of BYTES, and of several with the rows on different axes; whole and in crumbs.</summary>
internal sealed class V1RequestTarget : IFuzzTarget
{
    private static readonly ModelMetadata[] _models =
    [
        new("one", "1", [Spec("x", TensorDataType.Int64, 0, -1, -1)], []),
        new("bytes", "1", [Spec("x", TensorDataType.Bytes, 0, -1)], []),
        new(
            "many",
            "1",
            [
                Spec("f", TensorDataType.FP32, 0, -1, -1), Spec("s", TensorDataType.Bytes, 1, -1, -1), Spec("b", TensorDataType.Bool, 2, -1, 2, -1),
                Spec("o", TensorDataType.FP16, 0, -1) with { IsOptional = true },
            ],
            []),
    ];

    private readonly InferenceHttpOptions _options = new() { MaxTensorBytes = 1 << 20, MaxTensors = 64 };

    public string Name => "v1";

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "\\", "null", "true", "false", "-0", "1e400", "0.1", "9223372036854775808",
        "\"instances\":", "\"inputs\":", "\"b64\":", "\"YQ==\"", "\"f\":", "\"s\":", "\"b\":", "\"o\":", "\"x\":", "[[]]", "{\"b64\":\"/w==\"}", "[1,2]", "[[1,2],[3,4]]",
    ];

    // Of each instance a shape may be kept, and rows on another axis are copied.
    public long MaxAllocation(int length) => (16L << 20) + (1024L * length);

    public string Run(ReadOnlyMemory<byte> input)
    {
        var kinds = new StringBuilder();
        foreach (var model in _models)
        {
            var whole = Read(input, model, input.Length);
            foreach (var piece in (int[])[1, 7])
            {
                var crumbs = Read(input, model, piece);
                Invariant.Holds(whole == crumbs, $"arrival makes no difference:\n{whole}\n{crumbs}");
            }

            kinds.Append(string.Concat(whole.Where(letter => !char.IsAsciiDigit(letter)).Take(60))).Append(" / ");
        }

        return kinds.ToString();
    }

    private static TensorSpec Spec(string name, TensorDataType type, int axis, params long[] shape) => new(name, type, shape) { BatchAxis = axis };

    // As a body arrives: what was not used comes again with the next piece.
    private string Read(ReadOnlyMemory<byte> input, ModelMetadata model, int piece)
    {
        using var request = new V1Request(model);
        var parser = new V1JsonParser(request, _options);
        try
        {
            var (used, end) = (0, 0);
            do
            {
                end = Math.Min(end + Math.Max(piece, 1), input.Length);
                used += (int)parser.Feed(new ReadOnlySequence<byte>(input[used..end]), end == input.Length);
            }
            while (end < input.Length);

            return Describe(V1Calls.Make(request, _options));
        }
        catch (InferenceException exception) when (exception.Code is InferenceErrorCode.InvalidInput or InferenceErrorCode.PayloadTooLarge)
        {
            Invariant.Holds(exception.Message.Length is > 10 and < 4096, $"an error is a sentence: {exception.Message}");
            return $"{exception.Code}: {exception.Message}";
        }
    }

    private string Describe(IReadOnlyList<V1Call> calls)
    {
        var result = new StringBuilder("ok");
        long total = 0;
        foreach (var call in calls)
        {
            foreach (var (name, tensor) in call.Request.Inputs)
            {
                total += tensor.ByteLength;
                Invariant.Holds(tensor.Shape.TryGetElementCount(out var count), "an accepted shape can be counted");
                var size = tensor.DataType.GetElementSize();
                Invariant.Holds(
                    size == 0 ? BytesEncoding.Count(tensor.Bytes) == count : tensor.ByteLength == count * size,
                    $"{name} {tensor} holds what its shape says");
                result.Append(CultureInfo.InvariantCulture, $" '{name}' {tensor} '{Convert.ToHexString(tensor.Bytes)}'");
            }
        }

        Invariant.Holds(total <= _options.MaxTensorBytes, $"{total} bytes of tensors are within the limit");
        return result.ToString();
    }
}
