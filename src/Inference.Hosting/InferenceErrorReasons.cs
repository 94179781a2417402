// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>Closer names of what is wrong, for <see cref="InferenceException.Reason"/>; the OpenAI routes give them as <c>code</c>.</summary>
public static class InferenceErrorReasons
{
    /// <summary>A required field is missing.</summary>
    public const string MissingParameter = "missing_required_parameter";

    /// <summary>A field has another JSON type than it must.</summary>
    public const string InvalidType = "invalid_type";

    /// <summary>A value is out of its range or not among those allowed.</summary>
    public const string InvalidValue = "invalid_value";

    /// <summary>Prompt, or prompt and answer, have more tokens than the model takes; the message says how many it takes and how many were asked for.</summary>
    public const string ContextLengthExceeded = "context_length_exceeded";

    /// <summary>The JSON schema is invalid, or has a keyword that cannot be guaranteed.</summary>
    public const string InvalidJsonSchema = "invalid_json_schema";

    /// <summary>The chat template refuses the messages.</summary>
    public const string InvalidPrompt = "invalid_prompt";

    /// <summary>A message holds an image, audio or a file that the model does not take.</summary>
    public const string UnsupportedContentType = "unsupported_content_type";

    /// <summary>The model is of another kind than the route.</summary>
    public const string ModelNotSupported = "model_not_supported";

    /// <summary>The model is being unloaded, or shut down with its host.</summary>
    public const string ShuttingDown = "shutting_down";

    /// <summary>The server behind the model refuses our key, not the caller's.</summary>
    public const string UpstreamAuth = "upstream_auth";
}
