// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>Why a batch started with the rows it had.</summary>
public enum BatchCloseReason
{
    /// <summary>The model does not batch.</summary>
    None,

    /// <summary>Everything compatible that waited was taken.</summary>
    Drained,

    /// <summary>The row cap was reached: the maximum, or the size beyond which more rows no longer pay.</summary>
    RowCap,

    /// <summary>The budget of padded tokens was reached.</summary>
    TokenBudget,

    /// <summary>The limit of bytes was reached.</summary>
    Bytes,

    /// <summary>More rows would have cost more in padding than they brought.</summary>
    Padding,

    /// <summary>A larger batch would have missed a member's deadline.</summary>
    Deadline,

    /// <summary><c>MaxQueueDelay</c> of the oldest row was over.</summary>
    Delay,

    /// <summary>The rows were shared with another free instance, or a failed batch was run again in parts.</summary>
    Split,

    /// <summary><c>MaxBatchCost</c> was reached.</summary>
    Cost,
}
