// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Finds the guilty rows of a failed run by running its halves again, so that nobody else fails with them.</summary>
/// <remarks>
/// Of n rows with k guilty ones at most 2k·log2(n/k) + 2k - 1 runs. Safe because a run is a pure function of its inputs and results are published
/// only on success. When nothing succeeds, a harmless row tells whether the data or the engine is sick.
/// </remarks>
internal sealed class BatchSplitter(IIsolationHost host)
{
    private readonly Stack<FailedPart> _open = new();
    private bool _isEngineSound;

    /// <summary>Answers all rows of a failed run.</summary>
    /// <remarks>Completes at once where runs do.</remarks>
    public async ValueTask HandleAsync(ScheduledBatch batch, Exception error)
    {
        _open.Clear();
        _isEngineSound = false;
        _open.Push(new FailedPart(batch, error));
        while (_open.TryPop(out var part))
        {
            if (!await HandlePartAsync(part).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private static EngineFault FaultOf(Exception error) => (error as EngineException)?.Fault ?? EngineFault.Run;

    private ValueTask<bool> HandlePartAsync(FailedPart part)
    {
        var fault = FaultOf(part.Error);
        if (fault == EngineFault.DeviceLost)
        {
            return new(Lose(part.Error, part.Batch));
        }

        if (!host.MayBlameRows(part.Error))
        {
            host.Fail(part.Batch, part.Error, isPoison: false);
            return new(true);
        }

        var lacksMemory = fault == EngineFault.OutOfMemory;
        if (lacksMemory)
        {
            host.LackMemory(part.Batch.Rows);
        }

        if (lacksMemory ? part.Batch.Rows == 1 : part.Batch.Count == 1)
        {
            return FailLastAsync(part, fault);
        }

        if (!host.MayRerun || (!lacksMemory && host.IsBudgetSpent))
        {
            host.Fail(part.Batch, Refusals.NotIsolated(part.Error), isPoison: false);
            return new(true);
        }

        return RunHalvesAsync(part, lacksMemory);
    }

    // Nothing is left to divide: these rows are at fault, unless the engine is.
    private async ValueTask<bool> FailLastAsync(FailedPart part, EngineFault fault)
    {
        if (fault is EngineFault.Run && !_isEngineSound && await host.RunCanaryAsync().ConfigureAwait(false) is { } sick)
        {
            return GiveUp(sick, part.Error, part.Batch);
        }

        host.Fail(part.Batch, part.Error, isPoison: fault is EngineFault.Run or EngineFault.Data);
        return true;
    }

    private async ValueTask<bool> RunHalvesAsync(FailedPart part, bool byRows)
    {
        var (left, right) = Divide(part.Batch, byRows);
        var leftError = await host.RerunAsync(left).ConfigureAwait(false);
        if (leftError is not null && FaultOf(leftError) == EngineFault.DeviceLost)
        {
            return Lose(leftError, left, right);
        }

        var rightError = await host.RerunAsync(right).ConfigureAwait(false);
        if (rightError is not null && FaultOf(rightError) == EngineFault.DeviceLost)
        {
            return leftError is null ? Lose(rightError, right) : Lose(rightError, left, right);
        }

        _isEngineSound |= leftError is null || rightError is null;
        if (!_isEngineSound && !byRows)
        {
            if (await host.RunCanaryAsync().ConfigureAwait(false) is { } sick)
            {
                return GiveUp(sick, leftError!, left, right);
            }

            _isEngineSound = true;
        }

        if (rightError is not null)
        {
            _open.Push(new FailedPart(right, rightError));
        }

        if (leftError is not null)
        {
            _open.Push(new FailedPart(left, leftError));
        }

        return true;
    }

    private bool GiveUp(Exception sick, Exception error, params ReadOnlySpan<ScheduledBatch> parts)
    {
        if (FaultOf(sick) == EngineFault.DeviceLost)
        {
            return Lose(sick, parts);
        }

        host.CountEngineFailure(sick);
        foreach (var part in parts)
        {
            host.Fail(part, error, isPoison: false);
        }

        while (_open.TryPop(out var rest))
        {
            host.Fail(rest.Batch, rest.Error, isPoison: false);
        }

        return false;
    }

    private bool Lose(Exception error, params ReadOnlySpan<ScheduledBatch> parts)
    {
        var rest = new ScheduledBatch { Length = parts[0].Length, Key = parts[0].Key };
        foreach (var part in parts)
        {
            Append(rest, part);
        }

        while (_open.TryPop(out var open))
        {
            Append(rest, open.Batch);
        }

        host.Lose(rest, error);
        return false;
    }

    private static void Append(ScheduledBatch to, ScheduledBatch from)
    {
        foreach (ref var slot in from.Slots)
        {
            to.AddSlot(slot.Item, slot.FirstRow, slot.Rows);
        }
    }

    // Requests are whole unless memory asks for smaller runs: a request fails whole anyway.
    private (ScheduledBatch Left, ScheduledBatch Right) Divide(ScheduledBatch batch, bool byRows)
    {
        var left = new ScheduledBatch { Length = batch.Length, Key = batch.Key, CloseReason = BatchCloseReason.Split };
        var right = new ScheduledBatch { Length = batch.Length, Key = batch.Key, CloseReason = BatchCloseReason.Split };
        var half = (batch.Rows + 1) / 2;
        foreach (ref var slot in batch.Slots)
        {
            var room = half - left.Rows;
            if (right.Count > 0 || room <= 0 || (!byRows && left.Count > 0 && slot.Rows > room))
            {
                right.AddSlot(slot.Item, slot.FirstRow, slot.Rows);
            }
            else if (byRows && slot.Rows > room)
            {
                host.Divide(slot.Item);
                left.AddSlot(slot.Item, slot.FirstRow, room);
                right.AddSlot(slot.Item, slot.FirstRow + room, slot.Rows - room);
            }
            else
            {
                left.AddSlot(slot.Item, slot.FirstRow, slot.Rows);
            }
        }

        return (left, right);
    }

    private readonly record struct FailedPart(ScheduledBatch Batch, Exception Error);
}
