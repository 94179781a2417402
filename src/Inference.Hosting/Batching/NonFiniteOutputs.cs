// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>What happens to a row whose output holds NaN or an infinity.</summary>
public enum NonFiniteOutputs
{
    /// <summary>It is answered as it is.</summary>
    Allow,

    /// <summary>That row, and no other, fails with EngineFailed.</summary>
    Fail,
}
