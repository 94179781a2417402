// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Who speaks in a chat.</summary>
public enum ChatRole
{
    /// <summary>The user.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>The owner of the app: rules for the whole chat.</summary>
    System,

    /// <summary>As <see cref="System"/>, which templates that do not know it take it for.</summary>
    Developer,

    /// <summary>The answer of a tool.</summary>
    Tool,
}
