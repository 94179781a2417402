// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Rows, length and bytes of a request while its inputs are checked one by one; -1 is not known yet.</summary>
internal struct RequestSizes(int maxLength)
{
    public readonly int MaxLength = maxLength;
    public int Rows = -1;
    public int Length = -1;
    public long Bytes;

    /// <summary>The inputs that set rows and length, for messages.</summary>
    public InputPlan? RowsFrom;
    public InputPlan? LengthFrom;
}
