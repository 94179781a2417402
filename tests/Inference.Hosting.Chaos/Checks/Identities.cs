// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Chaos.Serving;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Chaos.Checks;

/// <summary>What must hold when all is quiet: M1 to M9 over every load of every version, and callers' counts against the server's.</summary>
internal sealed class Identities(ChaosRun run, ChaosApp app, MetricTotals metrics)
{
    private static readonly string[] _models = ["busy", "simple", "swap", "tags"];

    public async Task CheckAsync()
    {
        await run.UntilAsync(() => app.Watch.All.All(load => load.InFlight == 0), "nothing is under way");
        await run.UntilAsync(() => app.Watch.All.All(load => load.IsBalanced), "M8: what was rented is returned");
        await run.UntilAsync(() => metrics.Observe(TelemetryNames.Instances).All(gauge => gauge.Detail != "busy" || gauge.Value == 0), "no instance is busy");
        foreach (var load in app.Watch.All)
        {
            CheckLoad(load);
        }

        foreach (var model in _models)
        {
            CheckModel(model, [.. app.Watch.All.Where(load => load.Model == model)], run.Tally.Of(model));
        }

        CheckGauges();
    }

    private void CheckLoad(Incarnation load)
    {
        var (name, statistics) = ($"{load.Model} {load.Version}", load.Statistics);
        run.Equal(statistics.InferenceCount, statistics.Batches.Sum(batch => batch.BatchSize * batch.ComputeInfer.Count), $"M1 of {name}: rows by batch size");
        run.Expect(
            statistics.ExecutionCount >= (statistics.InferenceCount + ChaosModels.MaxBatch - 1) / ChaosModels.MaxBatch,
            $"M2 of {name}: {statistics.ExecutionCount} runs for {statistics.InferenceCount} rows.");
        run.Equal(statistics.Success.Count, statistics.Queue.Count, $"M5 of {name}: only answered requests have a queue time");
        run.Equal(load.ResponsesRented, load.ResponsesReturned, $"M8 of {name}: responses");
        run.Equal(load.BuffersRented, load.BuffersReturned, $"M8 of {name}: buffers");
    }

    private void CheckModel(string model, Incarnation[] loads, ModelTally tally)
    {
        var unknown = tally.Uncertain;
        var success = loads.Sum(load => load.Statistics.Success.Count);
        var failed = loads.Sum(load => load.Statistics.Fail.Count);
        var cancelled = loads.Sum(load => load.Statistics.Cancel.Count);
        var refused = loads.Sum(load => load.Statistics.RefusedCount);
        var rows = loads.Sum(load => load.Statistics.InferenceCount);

        // M4, from both sides: every request that entered a version ended in one way, and callers saw that way.
        // The reader of a stream may leave after its answer and before the end, which counts as left.
        run.Between(Ended(model, "ok"), success, Ended(model, "ok") + unknown, $"M4 of {model}: successes");
        run.Between(cancelled, Ended(model, "cancelled"), cancelled + unknown, $"M4 of {model}: cancelled");
        var ended = Ended(model, nameof(InferenceErrorCode.QueueFull)) + Ended(model, nameof(InferenceErrorCode.DeadlineExceeded))
            + Ended(model, nameof(InferenceErrorCode.EngineFailed)) + Ended(model, nameof(InferenceErrorCode.PayloadTooLarge));

        // Without a version that is ready a request is refused before it enters one.
        run.Between(ended, failed + refused, ended + Ended(model, nameof(InferenceErrorCode.NotReady)), $"M4 of {model}: failures and refusals");
        run.Equal(metrics.Sum(TelemetryNames.Refused, model), refused, $"M4 of {model}: refusals by reason");
        run.Between(tally[Outcome.Ok], success, tally[Outcome.Ok] + unknown, $"Lost answers of {model}");
        run.Between(0, cancelled, unknown, $"Cancelled of {model}");
        foreach (var (outcome, code) in ((Outcome, InferenceErrorCode)[])
            [(Outcome.Full, InferenceErrorCode.QueueFull), (Outcome.Late, InferenceErrorCode.DeadlineExceeded), (Outcome.Failed, InferenceErrorCode.EngineFailed), (Outcome.NotReady, InferenceErrorCode.NotReady)])
        {
            run.Between(tally[outcome], Ended(model, code.ToString()), tally[outcome] + unknown, $"{code} of {model}");
        }

        run.Expect(rows >= tally.OkRows, $"M1 of {model}: {rows} rows ran for {tally.OkRows} answered ones.");
        run.Equal(rows, metrics.Sum(TelemetryNames.BatchRows, model), $"M1 of {model}: rows of runs as measured");
        run.Equal(rows, metrics.Sum(TelemetryNames.ClosedRows, model), $"M6 of {model}: rows by close reason");
        var cost = loads.Sum(load => load.ServedCost);
        run.Expect(cost >= tally.OkRows, $"M9 of {model}: cost {cost} was served for {tally.OkRows} answered rows.");
    }

    // M7.
    private void CheckGauges()
    {
        foreach (var name in (string[])[TelemetryNames.QueuedRows, TelemetryNames.ActiveRequests, TelemetryNames.Breaker])
        {
            foreach (var (model, detail, value) in metrics.Observe(name).Where(gauge => gauge.Value != 0))
            {
                run.Fail($"M7: {name} of {model} {detail} is {value}.");
            }
        }

        foreach (var (model, state, value) in metrics.Observe(TelemetryNames.Instances))
        {
            run.Expect(state == "idle" ? value > 0 : value == 0, $"M7: {value} instances of {model} are {state}.");
        }
    }

    private long Ended(string model, string outcome) => metrics.Sum(TelemetryNames.RequestDuration, model, outcome);
}
