// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Reads the form that an answer must have: <c>response_format</c>, or vLLM's <c>structured_outputs</c> and <c>guided_*</c>.</summary>
internal static class ResponseFormatReader
{
    private const string Format = "response_format";
    private const string Structured = "structured_outputs";

    private static readonly string[] _structures = ["json", "regex", "choice", "grammar"];

    /// <summary>Reads whichever of them is given.</summary>
    /// <exception cref="InferenceException">InvalidInput: an unknown form, an invalid schema, more than one form.</exception>
    public static ResponseFormat Read(RequestFields fields)
    {
        var format = fields.FindObject(Format) is { } given ? ReadFormat(given) : ResponseFormat.Text;
        var found = format.Kind == ResponseFormatKind.Text ? null : Format;
        foreach (var structure in _structures)
        {
            Take(fields, "guided_" + structure, structure);
        }

        if (fields.FindObject(Structured) is { } structured)
        {
            foreach (var structure in _structures)
            {
                Take(structured, structure, structure);
            }
        }

        return format;

        void Take(RequestFields from, string name, string structure)
        {
            if (!from.Has(name))
            {
                return;
            }

            if (found is not null)
            {
                throw from.Invalid(name, $"is one form too many beside '{found}': an answer can have one");
            }

            found = from.PathOf(name);
            format = ReadStructure(from, name, structure);
        }
    }

    /// <summary>Reads a form by its <c>type</c>; of a schema, what describes it stands in <c>json_schema</c> or beside the type.</summary>
    /// <param name="fields">The object with the type.</param>
    /// <param name="isFlat">Whether name and schema stand beside the type.</param>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static ResponseFormat ReadFormat(RequestFields fields, bool isFlat = false) => fields.RequireString("type") switch
    {
        "text" => ResponseFormat.Text,
        "json_object" when fields.Has("schema") => ResponseFormat.JsonSchema(SchemaReader.Require(fields, "schema")),
        "json_object" => ResponseFormat.JsonObject,
        "json_schema" => ReadJsonSchema(isFlat ? fields : fields.RequireObject("json_schema")),
        _ => throw fields.Invalid("type", "must be 'text', 'json_object' or 'json_schema'"),
    };

    // Strict or not: a form that is asked for is kept.
    private static ResponseFormat ReadJsonSchema(RequestFields fields)
    {
        var name = fields.RequireString("name");
        return FunctionNames.IsValid(name)
            ? ResponseFormat.JsonSchema(
                SchemaReader.Require(fields, "schema"), name, fields.FindString("description"), fields.FindBoolean("strict"))
            : throw fields.Invalid("name", FunctionNames.Rule);
    }

    private static ResponseFormat ReadStructure(RequestFields fields, string name, string structure)
    {
        switch (structure)
        {
            case "json":
                return ResponseFormat.JsonSchema(SchemaReader.RequireOrParse(fields, name));
            case "choice":
                var choices = fields.FindStrings(name)!;
                return choices.Count > 0 ? ResponseFormat.Choice(choices) : throw fields.Invalid(name, "is empty: give at least one text");
            default:
                var pattern = fields.RequireString(name);
                if (pattern.Length == 0)
                {
                    throw fields.Invalid(name, "is empty");
                }

                return structure == "regex" ? ResponseFormat.Regex(pattern) : ResponseFormat.Grammar(pattern);
        }
    }
}
