// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Hands a JSON answer on piece by piece, however long it is; only the name of the model changes in it. What is no JSON passes as it is.</summary>
internal sealed class JsonForwarder(byte[] model)
{
    private const int Size = 32 << 10;

    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 256 });
    private bool _isRaw;

    /// <summary>What the answer told of tokens; null when it told nothing.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>Copies the answer to its end.</summary>
    public async ValueTask CopyAsync(RemoteAnswer answer, PipeWriter output, CancellationToken cancellationToken)
    {
        using var buffer = new ReadBuffer(Size);
        bool isFinal;
        do
        {
            isFinal = !await buffer.FillAsync(answer).ConfigureAwait(false);
            buffer.Consume(Forward(buffer.Span, output, isFinal));
            var result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled || result.IsCompleted)
            {
                throw new OperationCanceledException("The client reads no further.", cancellationToken);
            }
        }
        while (!isFinal);
    }

    private int Forward(ReadOnlySpan<byte> bytes, PipeWriter output, bool isFinal)
    {
        var copied = 0;
        if (!_isRaw)
        {
            var reader = new Utf8JsonReader(bytes, isFinal, _state);
            try
            {
                copied = Forward(ref reader, bytes, output);
                _state = reader.CurrentState;
                if (!isFinal)
                {
                    output.Write(bytes[copied..(int)reader.BytesConsumed]);
                    return (int)reader.BytesConsumed;
                }
            }
            catch (JsonException)
            {
                _isRaw = true;
            }
        }

        output.Write(bytes[copied..]);
        return bytes.Length;
    }

    // A name whose value is not complete yet is read again with the next bytes.
    private int Forward(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, PipeWriter output)
    {
        var copied = 0;
        var before = reader;
        while (reader.Read())
        {
            if (reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName })
            {
                if (reader.ValueTextEquals("model"u8))
                {
                    if (!reader.Read())
                    {
                        reader = before;
                        return copied;
                    }

                    if (reader.TokenType == JsonTokenType.String)
                    {
                        output.Write(bytes[copied..(int)reader.TokenStartIndex]);
                        output.Write(model);
                        copied = (int)reader.BytesConsumed;
                    }
                }
                else if (reader.ValueTextEquals("usage"u8))
                {
                    var value = reader;
                    if (!value.Read() || !value.TrySkip())
                    {
                        reader = before;
                        return copied;
                    }

                    reader.Read();
                    Usage = UsageReader.Read(ref reader) ?? Usage;
                }
            }

            before = reader;
        }

        return copied;
    }
}
