// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Why a choice ended. Closed: a failure is an exception, and never a reason.</summary>
public enum FinishReason
{
    /// <summary>The model ended by itself, or a stop text or stop token came.</summary>
    Stop,

    /// <summary>The token limit was reached, or the context is full.</summary>
    Length,

    /// <summary>The model calls tools.</summary>
    ToolCalls,

    /// <summary>A content filter cut it off.</summary>
    ContentFilter,
}
