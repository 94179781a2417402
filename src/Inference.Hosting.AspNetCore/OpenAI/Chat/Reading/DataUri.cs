// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Text;
using Inference.Hosting.AspNetCore.OpenAI.Reading;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>Media in requests: an address, or <c>data:image/png;base64,…</c> with the bytes in it.</summary>
/// <param name="Data">The bytes; empty when there is an address.</param>
/// <param name="MediaType">Of the bytes; null when it is not said.</param>
/// <param name="Uri">The address; null when there are bytes.</param>
internal readonly record struct DataUri(ReadOnlyMemory<byte> Data, string? MediaType, Uri? Uri)
{
    private const string Scheme = "data:";
    private const string Marker = ";base64";

    /// <summary>Reads the field, which must be there.</summary>
    /// <exception cref="InferenceException">InvalidInput: neither an address nor base64.</exception>
    public static DataUri Require(RequestFields fields, string name)
    {
        var text = fields.RequireString(name);
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
                ? new DataUri(default, null, uri)
                : throw fields.Invalid(name, "must be an http or https address, or a data URI in base64");
        }

        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var head = comma < 0 ? "" : text[Scheme.Length..comma];
        if (!head.EndsWith(Marker, StringComparison.OrdinalIgnoreCase))
        {
            throw fields.Invalid(name, "must be a data URI in base64: 'data:image/png;base64,…'");
        }

        var mediaType = head[..^Marker.Length];
        return new DataUri(Decode(fields, name, text.AsSpan(comma + 1)), mediaType.Length > 0 ? mediaType : null, null);
    }

    /// <summary>Reads base64 without anything around it.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static byte[] Decode(RequestFields fields, string name, ReadOnlySpan<char> base64)
    {
        var ascii = new byte[base64.Length];
        if (!Ascii.IsValid(base64) || Encoding.ASCII.GetBytes(base64, ascii) == 0
            || Base64.DecodeFromUtf8InPlace(ascii, out var written) != System.Buffers.OperationStatus.Done)
        {
            throw fields.Invalid(name, "is not valid base64");
        }

        return ascii[..written];
    }
}
