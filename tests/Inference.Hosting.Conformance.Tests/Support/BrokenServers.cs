// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>Servers of REST, each broken in one way.</summary>
internal static class BrokenServers
{
    private const string Live = "/v2/health/live";
    private const string Ready = "/v2/health/ready";
    private const string AddSub = "/v2/models/conformance_add_sub";

    public static IReadOnlyList<BrokenServer> All { get; } =
    [
        new("is dead", ["rest.live"], After: On(Live, call => call.Answer(500))),
        new("says live: false", ["rest.live.body"], After: On(Live, call => call.Answer(200, """{"live":false}"""))),
        new("is ready without content", ["rest.ready"], After: On(Ready, call => call.Answer(204))),
        new("is ready in prose", ["rest.ready.body"], After: On(Ready, call => call.Answer(200, "ok", "text/plain"))),
        new("says that no model is ready", ["rest.model-ready", "rest.model-ready.version"], After: call =>
        {
            if (call.Path.EndsWith("/ready", StringComparison.Ordinal) && call.Path != Ready)
            {
                call.Answer(404);
            }
        }),
        new("names another model ready", ["rest.model-ready.body"], After: On(AddSub + "/ready", call => call.Edit(json => json["name"] = "other"))),
        new("says that every model is ready", ["rest.model-ready.unknown", "rest.model-ready.unknown-version", "rest.model-ready.404"], After: call =>
        {
            if (call.Path.EndsWith("/ready", StringComparison.Ordinal))
            {
                call.Answer(200, """{"name":"m","ready":true}""");
            }
        }),
        new("has no extensions property", ["rest.server-metadata"], After: On("/v2", call => call.Edit(json => json.AsObject().Remove("extensions")))),
        new("sends JSON as text", ["rest.server-metadata.type", "rest.infer.type"], After: call => call.Type = "text/plain"),
        new("has no platform", ["rest.model-metadata"], After: On(AddSub, call => call.Edit(json => json.AsObject().Remove("platform")))),
        new("calls a type FLOAT", ["rest.model-metadata.datatypes"], After: On(AddSub, call => call.Edit(json => json["inputs"]![0]!["datatype"] = "FLOAT"))),
        new("has -2 for a free dimension", ["rest.model-metadata.shapes"], After: On("/v2/models/conformance_fp32", call => call.Edit(json => json["inputs"]![0]!["shape"]![0] = -2))),
        new("knows no versions", ["rest.model-metadata.version", "rest.infer.version", "rest.model-ready.version"], Before: call =>
        {
            if (call.Path.Contains("/versions/", StringComparison.Ordinal))
            {
                call.Refuse(404);
            }
        }),
        new("answers errors with 200", [.. Errors, "rest.model-metadata.unknown", "rest.model-metadata.unknown-version"], After: call =>
        {
            call.Status = call.Status >= 400 ? 200 : call.Status;
        }),
        new("answers errors in prose", [.. Errors, "rest.model-metadata.unknown", "rest.model-metadata.unknown-version"], After: call =>
        {
            if (call.Status >= 400)
            {
                call.Answer(call.Status.Value, "<html>Bad Request</html>", "text/html");
            }
        }),
        new("answers errors as a list", Errors, After: call =>
        {
            if (call.Status >= 400)
            {
                call.Answer(call.Status.Value, """{"detail":[{"msg":"no"}]}""");
            }
        }),
        new("answers every error with 500", ["rest.error.client", "rest.error.404", "rest.error.method", "rest.model-metadata.404", "rest.model-ready.404"], After: call =>
        {
            call.Status = call.Status >= 400 ? 500 : call.Status;
        }),
        new("says only that it failed", ["rest.error.missing-input"], After: call =>
        {
            if (call.Status >= 400)
            {
                call.Refuse(call.Status.Value, "failed");
            }
        }),
        new("hides the batch", ["rest.model-metadata.batch"], After: On(AddSub, call => call.Edit(json => json["inputs"]![0]!["shape"] = new JsonArray(16)))),
        new("does not name the model", ["rest.infer"], After: Answers(json => json.AsObject().Remove("model_name"))),
        new("answers one output", ["rest.infer.all-outputs", "rest.vector.add-sub", "rest.vector.batch", "rest.vector.over-batch", "rest.vector.types"], After: Answers(json =>
        {
            var outputs = (JsonArray)json["outputs"]!;
            while (outputs.Count > 1)
            {
                outputs.RemoveAt(1);
            }
        })),
        new("flattens shapes", ["rest.infer.outputs-fit"], After: Answers(json =>
        {
            foreach (var output in (JsonArray)json["outputs"]!)
            {
                var shape = (JsonArray)output!["shape"]!;
                output["shape"] = new JsonArray(shape.Aggregate(1, (product, size) => product * (int)size!));
            }
        })),
        new("has an id of its own", ["rest.infer.id", "rest.infer.no-id"], After: Answers(json => json["id"] = "7")),
        new("refuses nested data", ["rest.infer.nested"], Before: call =>
        {
            if (call.SentText.Contains("[[", StringComparison.Ordinal))
            {
                call.Refuse();
            }
        }),
        new("does not look at outputs", ["rest.infer.one-output", "rest.infer.output-order", "rest.error.unknown-output", "rest.error.output-twice", "rest.classification", "rest.classification.cut"], Before: call =>
            call.EditSent(json => json.AsObject().Remove("outputs"))),
        new("refuses what it does not know", ["rest.infer.unknown-property", "rest.parameters"], Before: call =>
        {
            if (call.IsInfer && call.SentText.Contains("\"conformance\"", StringComparison.Ordinal))
            {
                call.Refuse();
            }
        }),
        new("refuses priorities", ["rest.schedule-policy"], Before: call =>
        {
            if (call.SentText.Contains("\"priority\"", StringComparison.Ordinal))
            {
                call.Refuse();
            }
        }),
        new("unpacks nothing", ["rest.infer.gzip", "rest.infer.deflate"], Before: call =>
        {
            if (call.Encoding is not null)
            {
                call.Refuse(415);
            }
        }),
        StopsAfterAnError(),
        new("is off by one", ["rest.vector.add-sub", "rest.vector.batch", "rest.vector.over-batch", "rest.vector.types", "rest.vector.half"], After: Answers(json =>
        {
            foreach (var output in (JsonArray)json["outputs"]!)
            {
                if (output!["data"] is JsonArray { Count: > 0 } data && data[0] is JsonValue value && value.TryGetValue<double>(out var number))
                {
                    data[0] = number is > -1000 and < 1000 ? number + 1 : number;
                }
            }
        })),
        new("refuses empty tensors", ["rest.vector.empty"], Before: call =>
        {
            if (call.SentText.Contains("\"shape\":[1,0]", StringComparison.Ordinal))
            {
                call.Refuse();
            }
        }),
        new("writes NaN into JSON", ["rest.binary.not-finite.json"], After: call =>
            call.Body = call.JsonLength is null ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(call.Body).Replace("null", "NaN", StringComparison.Ordinal)) : call.Body),
        new("mangles binary data", ["rest.binary.mixed", "rest.binary.types", "rest.binary.half", "rest.binary.not-finite", "rest.binary.raw", "rest.binary.output"], After: call =>
        {
            if (call.JsonLength is not null && call.Body.Length > 0)
            {
                call.Body[^1] ^= 0x55;
            }
        }),
        new("refuses binary data", ["rest.binary.input", "rest.binary.raw"], Before: call =>
        {
            if (call.IsBinary)
            {
                call.Refuse();
            }
        }),
        new("sends binary data as JSON", ["rest.binary.output.type"], After: call => call.Type = call.IsOk ? "application/json" : call.Type),
        new("forgets the length header", ["rest.binary.output", "rest.binary.output.all", "rest.binary.mixed"], After: call => call.JsonLength = null),
        new("marks all outputs binary", ["rest.binary.output.default", "rest.binary.output.override"], After: call =>
        {
            if (call.IsBinary && call.IsOk && call.JsonLength is null)
            {
                call.Edit(json =>
                {
                    var output = json["outputs"]![0]!.AsObject();
                    output.Remove("data");
                    output["parameters"] = new JsonObject { ["binary_data_size"] = 0 };
                });
            }
        }),
        new("configures another model", ["rest.config"], After: Ends("/config", json => json["name"] = "other")),
        new("has no configured inputs", ["rest.config"], After: Ends("/config", json => json["input"] = new JsonArray())),
        new("counts nothing", ["rest.statistics.one", "rest.statistics.batch"], After: Ends("/stats", json => json["model_stats"]![0]!["inference_count"] = 1)),
        new("counts runs twice", ["rest.statistics.identity"], After: Ends("/stats", json =>
            json["model_stats"]![0]!["execution_count"] = 2 * (long)json["model_stats"]![0]!["execution_count"]!)),
        new("has no durations", ["rest.statistics"], After: Ends("/stats", json => json["model_stats"]![0]!["inference_stats"]!.AsObject().Remove("queue"))),
        new("has statistics of nobody", ["rest.statistics.all"], After: On("/v2/models/stats", call => call.Edit(json => json["model_stats"] = new JsonArray()))),
        new("has an index of words", ["rest.repository.index", "rest.repository.index.ready"], After: On("/v2/repository/index", call =>
            call.Answer(200, """[{"name":"a","state":"FINE","reason":""}]"""))),
        new("forgets a model", ["rest.repository.index.ready"], After: On("/v2/repository/index", call => call.Edit(json => ((JsonArray)json).RemoveAt(0)))),
        new("calls all that it lists READY", ["rest.repository.unload"], After: On("/v2/repository/index", call => call.Edit(json =>
        {
            foreach (var entry in (JsonArray)json)
            {
                entry!["state"] = "READY";
            }
        }))),
        new("goes on serving after unload", ["rest.repository.unload"], Before: call =>
        {
            if (call.Path.EndsWith("/unload", StringComparison.Ordinal))
            {
                call.Answer(200);
            }
        }),
        new("loads anything", ["rest.repository.load.unknown"], Before: call =>
        {
            if (call.Path.EndsWith("/load", StringComparison.Ordinal))
            {
                call.Answer(200);
            }
        }),
        new("hides its settings", ["rest.logging", "rest.trace", "rest.shared-memory.system", "rest.shared-memory.cuda"], After: call =>
        {
            if (call.Body is [(byte)'{', (byte)'}'] or [(byte)'[', (byte)']'])
            {
                call.Refuse(403);
            }
        }),
    ];

    /// <summary>What a wrong request must be told.</summary>
    private static string[] Errors =>
    [
        "rest.error.json", "rest.error.no-inputs", "rest.error.more-data", "rest.error.less-data", "rest.error.datatype", "rest.error.negative-shape",
        "rest.error.unknown-model", "rest.error.unknown-version", "rest.error.other-datatype", "rest.error.unknown-input", "rest.error.unknown-output",
        "rest.error.output-twice", "rest.vector.bool-count", "rest.infer.encoding", "rest.binary.short", "rest.binary.size", "rest.binary.header",
        "rest.binary.rest", "rest.binary.raw.several", "rest.repository.load.unknown",
    ];

    private static Action<Call> On(string path, Action<Call> spoil) => call =>
    {
        if (call.Path == path)
        {
            spoil(call);
        }
    };

    private static Action<Call> Ends(string path, Action<JsonNode> edit) => call =>
    {
        if (call.IsOk && call.Path.EndsWith(path, StringComparison.Ordinal))
        {
            call.Edit(edit);
        }
    };

    private static Action<Call> Answers(Action<JsonNode> edit) => call =>
    {
        if (call.IsInfer && call.IsOk)
        {
            call.Edit(edit);
        }
    };

    private static BrokenServer StopsAfterAnError()
    {
        var isBroken = false;
        return new("stops after an error", ["rest.error.recovers"], call =>
        {
            if (call.IsInfer && isBroken)
            {
                isBroken = false;
                call.Refuse(500);
            }
        },
        call => isBroken = call.IsInfer && call.Status is >= 400 and < 500);
    }
}
