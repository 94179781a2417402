// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Inference.Hosting.Conformance.Checking;

namespace Inference.Hosting.Conformance.Rest;

/// <summary>What came back over REST.</summary>
internal sealed record RestAnswer(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Body)
{
    private const string LengthHeader = "Inference-Header-Content-Length";

    public bool IsOk => Status == 200;

    public bool IsError => Status is >= 400 and < 600;

    public string? MediaType => ContentHeaders.ContentType?.MediaType;

    /// <summary>The length of the JSON before binary data, or null when the header is absent.</summary>
    public int? JsonLength
    {
        get
        {
            if (!Headers.TryGetValues(LengthHeader, out var values) && !ContentHeaders.TryGetValues(LengthHeader, out values))
            {
                return null;
            }

            var text = string.Join(',', values);
            Expect.That(
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= Body.Length,
                $"{LengthHeader} is '{text}', but the body has {Body.Length} bytes");
            return length;
        }
    }

    /// <summary>What stands behind the JSON.</summary>
    public byte[] Binary => JsonLength is { } length ? Body[length..] : [];

    /// <summary>The body, or the part before binary data.</summary>
    public JsonElement Json()
    {
        var text = Body.AsMemory(0, JsonLength ?? Body.Length);
        Expect.That(text.Length > 0, "the body is empty instead of JSON");
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new StatementFailedException($"the body is no JSON: {fault.Message}");
        }
    }

    /// <summary>Expects success.</summary>
    public RestAnswer Ok()
    {
        Expect.That(IsOk, $"the status is {Status} instead of 200");
        return this;
    }

    /// <summary>Expects a failure with the protocol's error object, and says what it says.</summary>
    public string Error()
    {
        Expect.That(IsError, $"the status is {Status} instead of an error's");
        var text = Rest.Json.String(Json(), "error");
        Expect.That(text.Length > 0, "'error' is empty");
        return text;
    }
}
