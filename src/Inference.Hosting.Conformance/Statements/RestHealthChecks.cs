// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Health over REST. The texts disagree on bodies, and servers leave them empty: only the status is required.</summary>
internal static class RestHealthChecks
{
    public const string Unknown = "conformance_no_such_model";
    public const string UnknownVersion = "99";

    public static IReadOnlyList<Check> All { get; } =
    [
        Check.Rest("live", Required, Sections.ServerLive, "GET v2/health/live answers 200", async run =>
            (await run.Rest.GetAsync("v2/health/live").ConfigureAwait(false)).Ok()),
        Check.Rest("live.body", Recommended, Sections.ServerLive, "its body is empty or says live: true", async run =>
            Body((await run.Rest.GetAsync("v2/health/live").ConfigureAwait(false)).Ok(), "live")),
        Check.Rest("ready", Required, Sections.ServerReady, "GET v2/health/ready answers 200 when the server is ready, else an error's status", ReadyAsync),
        Check.Rest("ready.body", Recommended, Sections.ServerReady, "its body is empty or says ready: true or, as the text has it, live: true", async run =>
        {
            var answer = await run.Rest.GetAsync("v2/health/ready").ConfigureAwait(false);
            Expect.Need(answer.IsOk, $"the server is not ready: {answer.Status}");
            Body(answer, "ready", "live");
        }),
        Check.RestModel("model-ready", Required, Sections.ModelReady, "GET v2/models/M/ready answers 200 for a model that serves", ModelReadyAsync),
        Check.RestModel("model-ready.body", Recommended, Sections.ModelReady, "its body is empty or has the model's name and ready: true", async (run, model) =>
        {
            var answer = await run.Rest.GetAsync(model.Path + "/ready").ConfigureAwait(false);
            Expect.Need(answer.IsOk, $"it is not ready: {answer.Status}");
            if (Body(answer, "ready") is { } body)
            {
                Expect.Equal(model.Name, Json.String(body, "name"), "'name'");
            }
        }),
        Check.RestModel("model-ready.version", Required, Sections.ModelReady, "GET v2/models/M/versions/V/ready answers 200 for a version that the metadata lists", async (run, model) =>
        {
            Expect.Need(model.Rest is not null, "it does not serve");
            foreach (var version in Versions(model))
            {
                if ((await run.Rest.GetAsync($"{model.Path}/versions/{version}/ready").ConfigureAwait(false)).IsOk)
                {
                    return;
                }
            }

            Expect.Fail("no version that the metadata lists is ready, though the model serves");
        }),
        Check.Rest("model-ready.unknown", Required, Sections.ModelReady, "a model that is not there is not ready: an error's status", async run =>
            IsError(await run.Rest.GetAsync($"v2/models/{Unknown}/ready").ConfigureAwait(false))),
        Check.RestModel("model-ready.unknown-version", Required, Sections.ModelReady, "a version that is not there is not ready: an error's status", async (run, model) =>
        {
            Versions(model);
            IsError(await run.Rest.GetAsync($"{model.Path}/versions/{UnknownVersion}/ready").ConfigureAwait(false));
        }),
        Check.Rest("model-ready.404", Recommended, Sections.Practice, "readiness of a model that is not there is 404", async run =>
            Expect.Equal(404, (await run.Rest.GetAsync($"v2/models/{Unknown}/ready").ConfigureAwait(false)).Status, "the status")),
    ];

    /// <summary>The versions that a model's metadata lists, of which 99 is none.</summary>
    public static IReadOnlyList<string> Versions(ServedModel model)
    {
        Expect.Need(model.Versions.Count > 0, model.Fault ?? "its metadata lists no versions");
        Expect.Need(!model.Versions.Contains(UnknownVersion), $"it has a version {UnknownVersion}");
        return [.. model.Versions.Select(Uri.EscapeDataString)];
    }

    private static async Task ReadyAsync(ConformanceRun run)
    {
        var answer = await run.Rest.GetAsync("v2/health/ready").ConfigureAwait(false);
        Expect.That(answer.IsOk || answer.IsError, $"the status is {answer.Status}, neither 200 nor an error's");
        Expect.Need(answer.IsOk, $"the server says that it is not ready: {answer.Status}");
    }

    private static async Task ModelReadyAsync(ConformanceRun run, ServedModel model)
    {
        string? reason = null;
        try
        {
            await RestSample.FindAsync(run, model).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is StatementFailedException or NotCheckedException)
        {
            reason = fault.Message;
        }

        var answer = await run.Rest.GetAsync(model.Path + "/ready").ConfigureAwait(false);
        Expect.That(answer.IsOk || answer.IsError, $"the status is {answer.Status}, neither 200 nor an error's");
        Expect.Need(answer.IsOk || reason is null, $"it says that it is not ready ({answer.Status}), and may be right: {reason}");
        Expect.That(answer.IsOk, $"the status is {answer.Status}, though the model serves");
    }

    private static JsonElement? Body(RestAnswer answer, params string[] names)
    {
        if (answer.Body.Length == 0)
        {
            return null;
        }

        var json = answer.Json();
        Json.IsObject(json);
        Expect.That(
            names.Any(name => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True),
            $"the body says neither nothing nor {string.Join(" nor ", names.Select(name => $"'{name}': true"))}");
        return json;
    }

    private static void IsError(RestAnswer answer) => Expect.That(answer.IsError, $"the status is {answer.Status} instead of an error's");
}
