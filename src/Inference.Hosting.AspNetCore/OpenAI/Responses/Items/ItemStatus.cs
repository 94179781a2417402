// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>How far an item is.</summary>
internal enum ItemStatus
{
    /// <summary>It grows.</summary>
    InProgress,

    /// <summary>It is whole.</summary>
    Completed,

    /// <summary>It was cut off by a limit.</summary>
    Incomplete,
}
