// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>The fields of a JSON object of a request. A null is as good as absent; what nobody asks for is ignored.</summary>
/// <remarks>Whatever is wrong is InvalidInput with the path of the field, for example <c>messages[0].content</c>.</remarks>
internal readonly struct RequestFields
{
    private readonly JsonElement _element;

    private RequestFields(JsonElement element, string path)
    {
        _element = element;
        Path = path;
    }

    /// <summary>Where the object stands in the request; empty for the request itself.</summary>
    public string Path { get; }

    /// <summary>The object itself. It lives as long as the document.</summary>
    public JsonElement Element => _element;

    /// <summary>Reads the body of a request.</summary>
    /// <param name="body">Must stay as it is until the document is disposed.</param>
    /// <param name="maxDepth">Deepest nesting.</param>
    /// <exception cref="InferenceException">InvalidInput: no JSON object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body, int maxDepth)
    {
        if (body.IsEmpty)
        {
            throw NotJson("The body is empty. Send a JSON object.", null);
        }

        if (!Utf8.IsValid(body.Span))
        {
            throw NotJson("The body is not valid UTF-8.", null);
        }

        try
        {
            var document = JsonDocument.Parse(SurrogateHalves.Mend(body), new JsonDocumentOptions { MaxDepth = maxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException exception)
        {
            throw NotJson(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} of it), or nested deeper than {maxDepth} levels."),
                exception);
        }

        throw NotJson("The body must be a JSON object.", null);
    }

    /// <summary>The fields of a request.</summary>
    public static RequestFields Of(JsonDocument document) => new(document.RootElement, "");

    /// <summary>The path of a field.</summary>
    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A field of any type; null when it is absent or null.</summary>
    public JsonElement? Find(string name) => _element.TryGetProperty(name, out var value) ? Given(value) : null;

    public string? FindString(string name)
        => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongType(name, "a string");

    public string RequireString(string name) => FindString(name) ?? throw Missing(name);

    public bool? FindBoolean(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongType(name, "true or false"),
    };

    /// <summary>A whole number, which may be written as <c>5.0</c> or <c>1e2</c>.</summary>
    public int? FindInt32(string name, int least = int.MinValue, int most = int.MaxValue)
        => (int?)FindInt64(name, least, most);

    /// <inheritdoc cref="FindInt32"/>
    public long? FindInt64(string name, long least = long.MinValue, long most = long.MaxValue)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var number = ToInt64(value, PathOf(name));
        return number >= least && number <= most ? number : throw OutOfRange(name, number, least, most);
    }

    /// <summary>A number; JSON has no infinite ones, and one too large for a double is refused.</summary>
    public double? FindNumber(string name, double least = double.MinValue, double most = double.MaxValue)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw WrongType(name, "a number");
        }

        return value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Invalid(name, string.Create(CultureInfo.InvariantCulture, $"must be from {least} to {most}, not {number}"));
    }

    /// <summary>An object; null when it is absent or null.</summary>
    public RequestFields? FindObject(string name)
        => Find(name) is not { } value
            ? null
            : value.ValueKind == JsonValueKind.Object ? new RequestFields(value, PathOf(name)) : throw WrongType(name, "an object");

    public RequestFields RequireObject(string name) => FindObject(name) ?? throw Missing(name);

    /// <summary>The items of an array; null when it is absent or null.</summary>
    public JsonElement? FindArray(string name)
        => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.Array ? value : throw WrongType(name, "an array");

    public JsonElement RequireArray(string name) => FindArray(name) ?? throw Missing(name);

    /// <summary>The objects of an array; null when it is absent or null.</summary>
    public IReadOnlyList<RequestFields>? FindObjects(string name)
    {
        if (FindArray(name) is not { } array)
        {
            return null;
        }

        var items = new List<RequestFields>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            items.Add(ToFields(item, $"{PathOf(name)}[{items.Count}]"));
        }

        return items;
    }

    /// <summary>The strings of an array; null when it is absent or null.</summary>
    public IReadOnlyList<string>? FindStrings(string name)
    {
        if (FindArray(name) is not { } array)
        {
            return null;
        }

        var items = new List<string>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            items.Add(item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw WrongTypeAt($"{PathOf(name)}[{items.Count}]", "a string", item));
        }

        return items;
    }

    /// <summary>The fields of an item of an array.</summary>
    /// <param name="item">The item.</param>
    /// <param name="path">Where it stands.</param>
    public static RequestFields ToFields(JsonElement item, string path)
        => item.ValueKind == JsonValueKind.Object ? new RequestFields(item, path) : throw WrongTypeAt(path, "an object", item);

    /// <summary>A whole number of at most 64 bits, however it is written.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">Where it stands.</param>
    public static long ToInt64(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw WrongTypeAt(path, "an integer", value);
        }

        if (value.TryGetInt64(out var number))
        {
            return number;
        }

        // Exact for every integer that a decimal holds, which is more than 64 bits.
        return value.TryGetDecimal(out var written) && written == decimal.Truncate(written) && written is >= long.MinValue and <= long.MaxValue
            ? (long)written
            : throw InvalidAt(path, "must be an integer of at most 64 bits", InferenceErrorReasons.InvalidType);
    }

    public InferenceException Missing(string name) => MissingAt(PathOf(name));

    public InferenceException WrongType(string name, string wanted)
        => WrongTypeAt(PathOf(name), wanted, Find(name) ?? default);

    /// <summary>A value that is not allowed.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fault">What follows its path in the message, without a full stop: <c>must be …</c>.</param>
    public InferenceException Invalid(string name, string fault) => InvalidAt(PathOf(name), fault);

    /// <summary>A field that is known but not supported as it is.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fault">What follows its path in the message, without a full stop.</param>
    public InferenceException Unsupported(string name, string fault) => new(
        InferenceErrorCode.Unsupported, $"'{PathOf(name)}' {fault}.")
    {
        Parameter = PathOf(name),
    };

    public static InferenceException MissingAt(string path) => new(InferenceErrorCode.InvalidInput, $"'{path}' is missing.")
    {
        Parameter = path,
        Reason = InferenceErrorReasons.MissingParameter,
    };

    public static InferenceException WrongTypeAt(string path, string wanted, JsonElement value)
        => InvalidAt(path, $"must be {wanted}, not {Describe(value.ValueKind)}", InferenceErrorReasons.InvalidType);

    public static InferenceException InvalidAt(string path, string fault, string reason = InferenceErrorReasons.InvalidValue)
        => new(InferenceErrorCode.InvalidInput, $"'{path}' {fault}.")
        {
            Parameter = path,
            Reason = reason,
        };

    private static JsonElement? Given(JsonElement value)
        => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : value;

    // "" says that there is no code: the table's own would speak of a value.
    private static InferenceException NotJson(string message, Exception? cause)
        => new(InferenceErrorCode.InvalidInput, message, cause) { Reason = "" };

    private InferenceException OutOfRange(string name, long number, long least, long most) => Invalid(
        name,
        most >= int.MaxValue ? $"must be at least {least}, not {number}"
            : least == int.MinValue ? $"must be at most {most}, not {number}" : $"must be from {least} to {most}, not {number}");

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
