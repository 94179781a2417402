// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>The shape an input has in a run: that of the first part, with the rows and the length of the run.</summary>
internal static class InputShape
{
    /// <summary>Ranks up to this are held on the stack.</summary>
    public const int CommonRank = 8;

    /// <summary>Rank of an input in a run.</summary>
    /// <param name="input">Which.</param>
    /// <param name="parts">The parts of the run; all have the same rank.</param>
    /// <param name="first">The tensor of the first part; empty for a mask that is made.</param>
    /// <returns>-1 when the run does not have the input.</returns>
    public static int Rank(InputPlan input, ReadOnlySpan<BatchPart> parts, out InferenceTensor first)
        => input.TryFind(parts[0].Request, out first) ? first.Shape.Rank
            : input.Spec.IsMask ? MaskShape.Rank(input)
            : -1;

    /// <summary>Fills in the shape and returns the number of its elements.</summary>
    public static long Write(InputPlan input, in InferenceTensor first, InferenceBatch batch, Span<long> shape)
    {
        var elements = 1L;
        for (var axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = axis == input.BatchAxis ? batch.Rows
                : axis == input.RaggedAxis ? batch.Length
                : first.DataType != 0 ? first.Shape[axis]
                : MaskShape.Dimension(input, axis);
            elements = Math.BigMul((ulong)elements, (ulong)shape[axis], out var product) == 0 && product <= int.MaxValue
                ? (long)product
                : throw TooLarge(input);
        }

        return elements;
    }

    public static EngineException TooLarge(InputPlan input)
        => new(EngineFault.OutOfMemory, $"Input '{input.Name}' of the run would exceed 2 GiB.")
        {
            PublicMessage = $"Input {RequestFaults.Quote(input.Name)} exceeds 2 GiB in one run: send fewer or shorter rows.",
        };

    /// <summary>The tensor of a part that must have it.</summary>
    public static InferenceTensor Find(InputPlan input, in BatchPart part)
        => input.TryFind(part.Request, out var tensor)
            ? tensor
            : throw new EngineException(EngineFault.Data, $"Input '{input.Name}' left the request while it was queued.")
            {
                PublicMessage =
                    $"Input {RequestFaults.Quote(input.Name)} was taken off the request while it was queued: leave requests alone until their call completes.",
            };
}
