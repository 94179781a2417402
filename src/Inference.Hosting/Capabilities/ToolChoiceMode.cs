// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>How free the model is to call tools.</summary>
public enum ToolChoiceMode
{
    /// <summary>It may call tools or answer.</summary>
    Auto,

    /// <summary>It must not call tools; what looks like a call is text.</summary>
    None,

    /// <summary>It must call at least one tool.</summary>
    Required,

    /// <summary>It must call one named tool.</summary>
    Named,
}
