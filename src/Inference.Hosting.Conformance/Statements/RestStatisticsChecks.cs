// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Counters over REST.</summary>
internal static class RestStatisticsChecks
{
    private const string Extension = "statistics";

    /// <summary>Another client of the same model shows in the counters: it is unlikely to come between each time.</summary>
    private const int Tries = 3;

    public static IReadOnlyList<Check> All { get; } =
    [
        Check.RestModel("statistics", Required, Sections.Statistics, "GET v2/models/M/stats answers the counters of each version", async (run, model) =>
        {
            Expect.Need(model.Fault is null, model.Fault ?? "");
            foreach (var stats in await ReadAsync(run, model).ConfigureAwait(false))
            {
                Expect.Equal(model.Name, Json.String(stats, "name"), "'name'");
                Json.String(stats, "version");
                foreach (var counter in new[] { "last_inference", "inference_count", "execution_count" })
                {
                    Json.Number(stats, counter);
                }

                var inference = Json.Object(stats, "inference_stats");
                foreach (var name in new[] { "success", "fail", "queue", "compute_input", "compute_infer", "compute_output" })
                {
                    Duration(inference, name);
                }

                foreach (var batch in Json.Array(stats, "batch_stats"))
                {
                    Json.Number(batch, "batch_size");
                    Duration(batch, "compute_infer");
                }
            }
        }).IfListed(Extension),
        Check.Rest("statistics.all", Required, Sections.Statistics, "GET v2/models/stats answers those of all models", async run =>
        {
            var json = (await run.Rest.GetAsync("v2/models/stats").ConfigureAwait(false)).Ok().Json();
            var names = Json.Array(json, "model_stats").Select(stats => Json.String(stats, "name")).ToList();
            foreach (var model in run.Models.Where(model => model.Rest is not null))
            {
                Expect.That(names.Contains(model.Name), $"model '{model.Name}' is missing");
            }
        }).IfListed(Extension),
        Check.RestModel("statistics.identity", Required, Sections.Statistics, "batch sizes times runs add up to inference_count, runs to execution_count", async (run, model) =>
        {
            Expect.Need(model.Fault is null, model.Fault ?? "");
            foreach (var stats in await ReadAsync(run, model).ConfigureAwait(false))
            {
                var batches = Json.Array(stats, "batch_stats").Select(batch => (
                    Size: Json.Number(batch, "batch_size"), Count: Json.Number(Json.Object(batch, "compute_infer"), "count"))).ToList();
                Expect.Need(batches.Count > 0, "no batch was run");
                Expect.Equal(Json.Number(stats, "execution_count"), batches.Sum(batch => batch.Count), "the sum of runs");
                Expect.Equal(Json.Number(stats, "inference_count"), batches.Sum(batch => batch.Size * batch.Count), "the sum of sizes times runs");
            }
        }).IfListed(Extension),
        Check.Rest("statistics.one", Required, Sections.Statistics, "a request of one row adds 1 success, 1 inference, 1 execution", run =>
            CountAsync(run, rows: 1)).IfListed(Extension),
        Check.Rest("statistics.batch", Required, Sections.Statistics, "a request of 8 rows adds 1 success, 8 inferences, and 1 to 8 executions", run =>
            CountAsync(run, rows: 8)).IfListed(Extension),
    ];

    private static async Task CountAsync(ConformanceRun run, int rows)
    {
        var model = run.Generated(ConformanceModels.AddSub);
        for (var i = 1; ; i++)
        {
            var before = await SumAsync(run, model).ConfigureAwait(false);
            (await run.InferAsync(model, Requests.Of(Vectors.AddSub(rows).Inputs)).ConfigureAwait(false)).Ok();
            var after = await SumAsync(run, model).ConfigureAwait(false);
            var actual = (after.Success - before.Success, after.Inferences - before.Inferences, after.Executions - before.Executions);
            if (actual is (1, var inferences, >= 1 and var executions) && inferences == rows && executions <= rows)
            {
                return;
            }

            Expect.That(i < Tries, $"success, inference_count and execution_count grew by {actual} for {rows} rows");
        }
    }

    private static async Task<(long Success, long Inferences, long Executions)> SumAsync(ConformanceRun run, ServedModel model)
    {
        var all = await ReadAsync(run, model).ConfigureAwait(false);
        return (
            all.Sum(stats => Json.Number(Json.Object(Json.Object(stats, "inference_stats"), "success"), "count")),
            all.Sum(stats => Json.Number(stats, "inference_count")),
            all.Sum(stats => Json.Number(stats, "execution_count")));
    }

    private static async Task<List<JsonElement>> ReadAsync(ConformanceRun run, ServedModel model)
    {
        var json = (await run.Rest.GetAsync(model.Path + "/stats").ConfigureAwait(false)).Ok().Json();
        List<JsonElement> stats = [.. Json.Array(json, "model_stats")];
        Expect.That(stats.Count > 0, "'model_stats' is empty");
        return stats;
    }

    private static void Duration(JsonElement from, string name)
    {
        var duration = Json.Object(from, name);
        Json.Number(duration, "count");
        Json.Number(duration, "ns");
    }
}
