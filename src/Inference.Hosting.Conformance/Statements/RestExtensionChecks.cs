// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Smaller extensions over REST: each is asked for only if the server lists it.</summary>
internal static class RestExtensionChecks
{
    private const string Index = "v2/repository/index";

    private static readonly string[] _states = ["UNKNOWN", "READY", "UNAVAILABLE", "LOADING", "UNLOADING"];

    public static IReadOnlyList<Check> All { get; } =
    [
        Check.Rest("classification", Required, Sections.Classification, "classification: 2 over [1,5,10,4] brings BYTES '10:2' and '5:1', each with a label if the model has some", async run =>
            Classes(await ClassifyAsync(run, 2).ConfigureAwait(false), (10, 2), (5, 1))).IfListed("classification"),
        Check.Rest("classification.cut", Recommended, Sections.Classification, "more classes than there are is all of them, best first", async run =>
            Classes(await ClassifyAsync(run, 9).ConfigureAwait(false), (10, 2), (5, 1), (4, 3), (1, 0))).IfListed("classification"),
        Check.RestModel("config", Required, Sections.Configuration, "GET v2/models/M/config answers the model's configuration: name, max_batch_size, input, output", async (run, model) =>
        {
            Expect.Need(model.Fault is null, model.Fault ?? "");
            var json = (await run.Rest.GetAsync(model.Path + "/config").ConfigureAwait(false)).Ok().Json();
            Expect.Equal(model.Name, Json.String(json, "name"), "'name'");
            Json.Number(json, "max_batch_size");
            Described(json, "input", model.Inputs);
            Described(json, "output", model.Outputs);
        }).IfListed("model_configuration"),
        Check.RestModel("parameters", Required, Sections.Parameters, "a request with a parameter of the client's own is answered", async (run, model) =>
        {
            var request = Requests.Of(model.NeedSample().Inputs).With("parameters", new JsonObject { ["conformance"] = 42 });
            (await run.InferAsync(model, request).ConfigureAwait(false)).Ok();
        }).IfListed("parameters"),
        Check.RestModel("schedule-policy", Required, Sections.Schedule, "a request with priority 0, the model's own, and a timeout is answered", async (run, model) =>
        {
            var request = Requests.Of(model.NeedSample().Inputs).With("parameters", new JsonObject { ["priority"] = 0, ["timeout"] = 60_000_000 });
            (await run.InferAsync(model, request).ConfigureAwait(false)).Ok();
        }).IfListed("schedule_policy"),
        Check.Rest("repository.index", Required, Sections.Repository, "POST v2/repository/index answers an array of name, state, reason and perhaps version", async run =>
        {
            foreach (var entry in await ListAsync(run, ready: false).ConfigureAwait(false))
            {
                Json.String(entry, "name");
                Json.OptionalString(entry, "version");
                Json.OptionalString(entry, "reason");
                var state = Json.String(entry, "state");
                Expect.That(_states.Contains(state), $"'state' is '{state}'");
            }
        }).IfListed("model_repository"),
        Check.Rest("repository.index.ready", Required, Sections.Repository, "with ready: true the index holds what serves, and nothing else", async run =>
        {
            var ready = await ListAsync(run, ready: true).ConfigureAwait(false);
            var other = ready.FirstOrDefault(entry => Json.String(entry, "state") != "READY");
            Expect.That(other.ValueKind == JsonValueKind.Undefined, $"it holds {other}");
            foreach (var model in run.Models.Where(model => model.Rest is not null))
            {
                Expect.That(ready.Any(entry => Json.String(entry, "name") == model.Name), $"model '{model.Name}' serves, but is not in it");
            }
        }).IfListed("model_repository"),
        Check.Rest("repository.unload", Required, Sections.Repository, "a model that was unloaded is not READY and does not serve until it is loaded again", UnloadAsync).IfListed("model_repository"),
        Check.Rest("repository.load.unknown", Required, Sections.Repository, "to load a model that is not there is an error's status with {\"error\": text}", async run =>
            (await run.Rest.PostAsync($"v2/repository/models/{RestHealthChecks.Unknown}/load", new JsonObject()).ConfigureAwait(false)).Error()).IfListed("model_repository"),
        Status("logging", "v2/logging", JsonValueKind.Object, "logging", "Triton, logging"),
        Status("trace", "v2/trace/setting", JsonValueKind.Object, "trace", "Triton, trace"),
        Status("shared-memory.system", "v2/systemsharedmemory/status", JsonValueKind.Array, "system_shared_memory", "Triton, shared memory"),
        Status("shared-memory.cuda", "v2/cudasharedmemory/status", JsonValueKind.Array, "cuda_shared_memory", "Triton, shared memory"),
    ];

    private static Check Status(string id, string path, JsonValueKind kind, string extension, string section)
        => Check.Rest(id, Required, section, $"GET {path} answers the {(kind == JsonValueKind.Array ? "regions" : "settings")}", async run =>
        {
            var json = (await run.Rest.GetAsync(path).ConfigureAwait(false)).Ok().Json();
            Expect.That(json.ValueKind == kind, $"the body is no {kind.ToString().ToLowerInvariant()}");
        }).IfListed(extension);

    private static async Task<WireTensor> ClassifyAsync(ConformanceRun run, int count)
    {
        var request = Requests.Of([Vectors.Classes()]).Ask(("OUTPUT", "classification", count));
        return TensorComparison.Find(await run.OutputsAsync(run.Generated(ConformanceModels.Floats), request).ConfigureAwait(false), "OUTPUT");
    }

    private static void Classes(WireTensor output, params (float Value, int Index)[] expected)
    {
        Expect.That(output.Type == TensorDataType.Bytes, $"the output is {output.Type.ToV2Name()} instead of BYTES");
        Expect.Equal($"1,{expected.Length}", string.Join(',', output.Shape), "the shape");
        var texts = BytesEncoding.Decode(output.Raw);
        for (var i = 0; i < texts.Length; i++)
        {
            var parts = texts[i].Split(':');
            Expect.That(
                parts.Length is 2 or 3
                    && float.TryParse(parts[0], CultureInfo.InvariantCulture, out var value) && value == expected[i].Value
                    && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index == expected[i].Index,
                $"class {i} is '{texts[i]}' instead of '{expected[i].Value}:{expected[i].Index}'");
        }
    }

    private static void Described(JsonElement json, string kind, IReadOnlyList<TensorInfo> tensors)
    {
        var named = Json.Array(json, kind).Select(tensor => (Name: Json.String(tensor, "name"), Type: Json.String(tensor, "data_type"))).ToList();
        foreach (var tensor in tensors)
        {
            var type = "TYPE_" + (tensor.Type == TensorDataType.Bytes ? "STRING" : tensor.Datatype);
            Expect.That(named.Contains((tensor.Name, type)), $"'{kind}' has no '{tensor.Name}' of {type}, which the metadata lists");
        }
    }

    private static async Task<List<JsonElement>> ListAsync(ConformanceRun run, bool ready)
    {
        var json = (await run.Rest.PostAsync(Index, ready ? new JsonObject { ["ready"] = true } : []).ConfigureAwait(false)).Ok().Json();
        Expect.That(json.ValueKind == JsonValueKind.Array, "the index is no array");
        return [.. json.EnumerateArray()];
    }

    private static async Task UnloadAsync(ConformanceRun run)
    {
        Expect.Need(run.Options.AllowUnload, "it would change the server: allow it with --allow-unload");
        var model = run.Generated(ConformanceModels.AddSub);
        var path = "v2/repository/models/" + model.Name;
        var answer = await run.Rest.PostAsync(path + "/unload", new JsonObject()).ConfigureAwait(false);
        Expect.Need(answer.IsOk, answer.IsError ? $"the server refuses it: {answer.Error()}" : $"the status is {answer.Status}");
        var (inputs, expected) = Vectors.AddSub(rows: 1);
        try
        {
            Expect.That(
                (await ListAsync(run, ready: false).ConfigureAwait(false)).All(entry => Json.String(entry, "name") != model.Name || Json.String(entry, "state") != "READY"),
                "the index says READY after unload");
            (await run.InferAsync(model, Requests.Of(inputs)).ConfigureAwait(false)).Error();
        }
        finally
        {
            answer = await run.Rest.PostAsync(path + "/load", new JsonObject()).ConfigureAwait(false);
        }

        answer.Ok();
        TensorComparison.Exact(await run.OutputsAsync(model, Requests.Of(inputs)).ConfigureAwait(false), expected);
    }
}
