// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Diagnostics;

/// <summary>Names of the meter, its instruments and their tags: public API. Listed in docs/telemetry.md.</summary>
public static class TelemetryNames
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Source = "Inference.Hosting";

    /// <summary>Histogram, s: whole requests, by <see cref="Model"/>, <see cref="Version"/> and <see cref="Outcome"/>.</summary>
    public const string RequestDuration = "inference.request.duration";

    /// <summary>Histogram, s: time in the queue.</summary>
    public const string QueueDuration = "inference.queue.duration";

    /// <summary>Histogram, s: time of a run.</summary>
    public const string RunDuration = "inference.run.duration";

    /// <summary>Histogram, rows of a run.</summary>
    public const string BatchRows = "inference.batch.rows";

    /// <summary>Counter, tokens of runs, by <see cref="Kind"/>: real or padding.</summary>
    public const string BatchTokens = "inference.batch.tokens";

    /// <summary>Histogram, rows that waited when a batch was chosen.</summary>
    public const string WaitingRows = "inference.batch.waiting_rows";

    /// <summary>Counter, rows by <see cref="Reason"/>: why their batch closed.</summary>
    public const string ClosedRows = "inference.batch.closed_rows";

    /// <summary>Counter, requests refused at the door, by <see cref="Reason"/>.</summary>
    public const string Refused = "inference.queue.refused";

    /// <summary>Counter, runs made to isolate guilty rows.</summary>
    public const string Reruns = "inference.run.reruns";

    /// <summary>Counter, times a sleeping instance was woken.</summary>
    public const string Wakes = "inference.instance.wakes";

    /// <summary>Counter, rows whose caller left while they ran.</summary>
    public const string DetachedRows = "inference.run.detached_rows";

    /// <summary>Up-down counter, rows that wait, by <see cref="Tenant"/> among the named ones.</summary>
    public const string QueuedRows = "inference.queue.rows";

    /// <summary>Gauge, row cap in force.</summary>
    public const string RowCap = "inference.batch.row_cap";

    /// <summary>Gauge, rows a second at the cap, as learned.</summary>
    public const string Capacity = "inference.batch.capacity";

    /// <summary>Gauge, 0 closed, 1 half open, 2 open.</summary>
    public const string Breaker = "inference.breaker.state";

    /// <summary>Gauge, instances by <see cref="State"/>.</summary>
    public const string Instances = "inference.instance.count";

    /// <summary>Up-down counter, requests accepted and not yet answered.</summary>
    public const string ActiveRequests = "inference.request.active";

    /// <summary>Counter, tokens that calls cost, by <see cref="Kind"/>: prompt, cached, completion or reasoning, which add up to the whole.</summary>
    public const string UsageTokens = "inference.usage.tokens";

    /// <summary>Counter, answered calls that should cost tokens and whose server did not tell how many.</summary>
    public const string UsageUnknown = "inference.usage.unknown";

    /// <summary>Histogram, s: loading and warm-up, by <see cref="Outcome"/>.</summary>
    public const string LoadDuration = "inference.model.load.duration";

    /// <summary>Gauge, versions by <see cref="State"/>.</summary>
    public const string ModelState = "inference.model.state";

    /// <summary>Gauge, By: memory of a loaded version.</summary>
    public const string ModelMemory = "inference.model.memory";

    /// <summary>Gauge: 1 for each device of a loaded version, by <see cref="Device"/> and <see cref="RequestedDevice"/>.</summary>
    public const string ModelDevice = "inference.model.device";

    /// <summary>Counter, calls that another model answered, by <see cref="Model"/>, the one that was asked, <see cref="Fallback"/> and <see cref="Reason"/>, the error code.</summary>
    public const string Fallbacks = "inference.model.fallbacks";

    /// <summary>Tag: the model.</summary>
    public const string Model = "inference.model";

    /// <summary>Tag: the version.</summary>
    public const string Version = "inference.version";

    /// <summary>Tag: the model that answered instead.</summary>
    public const string Fallback = "inference.fallback";

    /// <summary>Tag: <c>ok</c>, <c>cancelled</c> or the error code.</summary>
    public const string Outcome = "inference.outcome";

    /// <summary>Tag: why.</summary>
    public const string Reason = "inference.reason";

    /// <summary>Tag: which kind.</summary>
    public const string Kind = "inference.kind";

    /// <summary>Tag: in which state.</summary>
    public const string State = "inference.state";

    /// <summary>Tag: a named tenant, or <c>default</c>.</summary>
    public const string Tenant = "inference.tenant";

    /// <summary>Tag: the device.</summary>
    public const string Device = "inference.device";

    /// <summary>Tag: the device that was asked for; another than <see cref="Device"/> after a fallback.</summary>
    public const string RequestedDevice = "inference.device.requested";

    /// <summary>Activity of one logical call in process.</summary>
    public const string InferActivity = "inference.infer";

    /// <summary>Activity of one run, linked to all its members.</summary>
    public const string RunActivity = "inference.run";
}
