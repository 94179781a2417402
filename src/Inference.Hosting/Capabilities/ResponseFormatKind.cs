// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Form of an answer.</summary>
public enum ResponseFormatKind
{
    /// <summary>Free text.</summary>
    Text,

    /// <summary>Any JSON object.</summary>
    JsonObject,

    /// <summary>A JSON value by a schema.</summary>
    JsonSchema,

    /// <summary>A text that a regular expression matches as a whole.</summary>
    Regex,

    /// <summary>One of a list of texts.</summary>
    Choice,

    /// <summary>A text of a context-free grammar.</summary>
    Grammar,
}
