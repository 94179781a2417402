// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.Fuzz.Targets;

/// <summary>
/// Bodies of V2 inference: JSON, and JSON with binary data behind it. A first line of headers, <c>Name: value|Name: value</c>, may precede
/// the body. Each input is read whole and in crumbs, against a model that is known and one that is not.
/// </summary>
internal sealed class V2RequestTarget(string name) : IFuzzTarget
{
    private static readonly ModelMetadata _model = new(
        "m",
        "1",
        [
            Spec("b", TensorDataType.Bool), Spec("i8", TensorDataType.Int8), Spec("u16", TensorDataType.UInt16), Spec("i64", TensorDataType.Int64),
            Spec("u64", TensorDataType.UInt64), Spec("h", TensorDataType.FP16), Spec("f", TensorDataType.FP32), Spec("d", TensorDataType.FP64),
            Spec("s", TensorDataType.Bytes),
        ],
        [Spec("y", TensorDataType.FP32)]);

    private readonly InferenceHttpOptions _options = new() { MaxTensorBytes = 1 << 20, ReceiveTimeout = TimeSpan.Zero };
    private readonly ReceiveBudget _budget = new(new InferenceHttpOptions());

    public string Name => name;

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "\\", "null", "true", "false", "-0", "1e400", "0.1", "NaN", "Infinity",
        "9223372036854775808", "18446744073709551616", "\"inputs\":", "\"outputs\":", "\"parameters\":", "\"id\":", "\"name\":", "\"shape\":",
        "\"datatype\":", "\"data\":", "\"BOOL\"", "\"INT8\"", "\"UINT16\"", "\"INT64\"", "\"UINT64\"", "\"FP16\"", "\"BF16\"", "\"FP32\"", "\"FP64\"",
        "\"BYTES\"", "\"binary_data_size\":", "\"binary_data\":", "\"binary_data_output\":", "\"classification\":", "\"priority\":", "\"timeout\":",
        "\"f\"", "\"s\"", "[1,-1]", "[0]", "[2147483648,2147483648]", "\u0001\0\0\0a", "Inference-Header-Content-Length: ", "Content-Encoding: gzip", "|", "\n",
    ];

    // Two readers, two ways of arrival, and 8 bytes for a number of one digit; tensors themselves are bounded by MaxTensorBytes.
    public long MaxAllocation(int length) => (16L << 20) + (1024L * length);

    public string Run(ReadOnlyMemory<byte> input)
    {
        var known = Read(input, _model, crumb: null);
        Same(known, Read(input, _model, crumb: 1));
        Same(known, Read(input, _model, crumb: 7));
        var unknown = Read(input, metadata: null, crumb: null);
        Same(unknown, Read(input, metadata: null, crumb: 3));
        return $"{Kind(known)} / {Kind(unknown)}";
    }

    private static TensorSpec Spec(string name, TensorDataType type) => new(name, type, [-1, -1]);

    // In crumbs the fault of damaged compression may show only behind a fault of what was inflated before it.
    private static void Same(string whole, string crumbs) => Invariant.Holds(
        whole == crumbs || (IsDamaged(whole) && crumbs.StartsWith("InvalidInput", StringComparison.Ordinal)),
        $"arrival makes no difference:\n{whole}\n{crumbs}");

    private static bool IsDamaged(string outcome) => outcome.Contains("cannot be inflated", StringComparison.Ordinal);

    // Messages differ in names and numbers; what is left says which way the reader took.
    private static string Kind(string outcome)
    {
        var kind = new StringBuilder();
        var isQuoted = false;
        foreach (var letter in outcome)
        {
            isQuoted ^= letter == '\'';
            if (!isQuoted && !char.IsAsciiDigit(letter))
            {
                kind.Append(letter);
            }
        }

        return kind.Length > 100 ? kind.ToString(0, 100) : kind.ToString();
    }

    private string Read(ReadOnlyMemory<byte> input, ModelMetadata? metadata, int? crumb)
    {
        var context = new DefaultHttpContext();
        var body = TakeHeaders(context.Request, input);
        using Stream stream = crumb is { } size ? new CrumbStream(body, size) : new MemoryStream(body.ToArray());
        context.Request.Body = stream;
        var reader = new V2RequestReader(_options);
        try
        {
            return ReadAsync(context, reader, metadata).GetAwaiter().GetResult();
        }
        catch (InferenceException exception) when (exception.Code is InferenceErrorCode.InvalidInput
            or InferenceErrorCode.PayloadTooLarge or InferenceErrorCode.Unsupported)
        {
            Invariant.Holds(exception.Message.Length is > 10 and < 4096, $"an error is a sentence: {exception.Message}");
            return $"{exception.Code}: {exception.Message}";
        }
        catch (BadHttpRequestException exception)
        {
            Invariant.Holds(exception.StatusCode is StatusCodes.Status415UnsupportedMediaType, $"nobody was slow: {exception.Message}");
            return $"{exception.StatusCode}";
        }
        finally
        {
            reader.Request.Dispose();
        }
    }

    private async Task<string> ReadAsync(DefaultHttpContext context, V2RequestReader reader, ModelMetadata? metadata)
    {
        await using (var body = BodyReader.Open(context, _options, _budget, TimeProvider.System))
        {
            await reader.ReadAsync(context, body, metadata);
        }

        var result = new StringBuilder("ok");
        long total = 0;
        foreach (var (name, tensor) in reader.Request.Inference.Inputs)
        {
            total += tensor.ByteLength;
            Invariant.Holds(tensor.Shape.TryGetElementCount(out var count), "an accepted shape can be counted");
            var size = tensor.DataType.GetElementSize();
            Invariant.Holds(
                size == 0 ? BytesEncoding.Count(tensor.Bytes) == count : tensor.ByteLength == count * size,
                $"{name} {tensor} holds what its shape says");
            result.Append(CultureInfo.InvariantCulture, $" '{name}' {tensor} '{Convert.ToHexString(tensor.Bytes)}'");
        }

        Invariant.Holds(total <= _options.MaxTensorBytes, $"{total} bytes of tensors are within the limit");
        return result.ToString();
    }

    private static ReadOnlyMemory<byte> TakeHeaders(HttpRequest request, ReadOnlyMemory<byte> input)
    {
        var end = input.Span.IndexOf((byte)'\n');
        if (end < 0 || input.Span[0] == (byte)'{')
        {
            request.ContentLength = input.Length;
            return input;
        }

        foreach (var header in Encoding.ASCII.GetString(input.Span[..end]).Split('|'))
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && !header.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers[header[..colon].Trim()] = header[(colon + 1)..].Trim();
            }
        }

        return input[(end + 1)..];
    }

    /// <summary>Gives a few bytes at a time, as a slow client does.</summary>
    private sealed class CrumbStream(ReadOnlyMemory<byte> data, int size) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => data.Length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var part = data.Slice(_position, Math.Min(Math.Min(size, buffer.Length), data.Length - _position));
            part.Span.CopyTo(buffer);
            _position += part.Length;
            return part.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => new(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
