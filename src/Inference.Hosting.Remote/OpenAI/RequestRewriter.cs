// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>
/// The body of a request for the server behind: <c>model</c> as it is called there, and usage asked for where the client did not. All else
/// stays byte for byte.
/// </summary>
internal ref struct RequestRewriter
{
    private const int MaxDepth = 1000;

    private readonly ReadOnlySpan<byte> _body;
    private readonly List<(int Start, int End, byte[] Text)> _changes = [];
    private bool _isStream;
    private bool _asksUsage;
    private (int Start, int End, byte[] Text)? _usageChange;

    private RequestRewriter(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>Rewrites a body.</summary>
    /// <param name="body">One JSON object.</param>
    /// <param name="model">The upstream name as JSON, quotes included.</param>
    /// <param name="mayAskUsage">Whether the route streams and knows <c>stream_options</c>.</param>
    /// <param name="hidesUsage">Whether the client did not ask for the usage that the server is asked for.</param>
    /// <returns>Memory of its own: attempts that lost may read it for a while.</returns>
    /// <exception cref="InferenceException">InvalidInput: no JSON object.</exception>
    public static byte[] Rewrite(ReadOnlySpan<byte> body, byte[] model, bool mayAskUsage, out bool hidesUsage)
    {
        var rewriter = new RequestRewriter(body);
        try
        {
            rewriter.Scan(model);
        }
        catch (JsonException exception)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, "The body is not a JSON object: send one.", exception);
        }

        hidesUsage = mayAskUsage && rewriter is { _isStream: true, _asksUsage: false };
        if (hidesUsage && rewriter._usageChange is { } change)
        {
            rewriter._changes.Add(change);
        }

        return rewriter.Write();
    }

    private void Scan(byte[] model)
    {
        var reader = new Utf8JsonReader(_body, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("Not an object.");
        }

        (int, int, byte[])? streamOptions = null;
        var isEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                _changes.Add((start, (int)reader.BytesConsumed, model));
            }
            else if (reader.ValueTextEquals("stream"u8))
            {
                reader.Read();
                _isStream = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("stream_options"u8))
            {
                reader.Read();
                streamOptions = ScanStreamOptions(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        var end = (int)reader.TokenStartIndex;
        _usageChange = streamOptions
            ?? (end, end, isEmpty ? "\"stream_options\":{\"include_usage\":true}"u8.ToArray() : ",\"stream_options\":{\"include_usage\":true}"u8.ToArray());
    }

    private (int Start, int End, byte[] Text) ScanStreamOptions(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return (start, (int)reader.BytesConsumed, "{\"include_usage\":true}"u8.ToArray());
        }

        var inner = (int)reader.BytesConsumed;
        (int, int, byte[])? change = null;
        var isEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            var isUsage = reader.ValueTextEquals("include_usage"u8);
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            if (isUsage)
            {
                _asksUsage = reader.TokenType == JsonTokenType.True;
            }

            reader.Skip();
            if (isUsage)
            {
                change = (value, (int)reader.BytesConsumed, "true"u8.ToArray());
            }
        }

        return change ?? (inner, inner, isEmpty ? "\"include_usage\":true"u8.ToArray() : "\"include_usage\":true,"u8.ToArray());
    }

    private readonly byte[] Write()
    {
        _changes.Sort(static (one, other) => one.Start.CompareTo(other.Start));
        var length = _body.Length + _changes.Sum(change => change.Text.Length - (change.End - change.Start));
        var result = GC.AllocateUninitializedArray<byte>(length);
        var (from, to) = (0, 0);
        foreach (var (start, end, text) in _changes)
        {
            _body[from..start].CopyTo(result.AsSpan(to));
            to += start - from;
            text.CopyTo(result.AsSpan(to));
            to += text.Length;
            from = end;
        }

        _body[from..].CopyTo(result.AsSpan(to));
        return result;
    }
}
