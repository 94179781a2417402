// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>Extensions that our own server does not map here, as a good server has them: a repository, and settings to look at.</summary>
internal sealed class ExtraExtensions
{
    private static readonly string[] _names = ["model_repository", "logging", "trace", "system_shared_memory", "cuda_shared_memory"];

    private readonly HashSet<string> _unloaded = [];

    public void Before(Call call)
    {
        switch (call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["v2", "repository", "index"]:
                Index(call);
                break;
            case ["v2", "repository", "models", var model, var verb]:
                Change(call, model, verb);
                break;
            case ["v2", "models", var model, "infer"] when _unloaded.Contains(model):
                call.Refuse(503, "The model is not loaded.");
                break;
            case ["v2", "logging"] or ["v2", "trace", "setting"]:
                call.Answer(200, "{}");
                break;
            case ["v2", "systemsharedmemory" or "cudasharedmemory", "status"]:
                call.Answer(200, "[]");
                break;
        }
    }

    public void After(Call call)
    {
        if (call.Path == "/v2")
        {
            call.Edit(json =>
            {
                var listed = (JsonArray)json["extensions"]!;
                foreach (var name in _names.Where(name => !listed.Any(one => (string?)one == name)))
                {
                    listed.Add(name);
                }
            });
        }
    }

    private void Index(Call call)
    {
        var isReadyOnly = JsonNode.Parse(call.Sent)?["ready"]?.GetValue<bool>() is true;
        call.Answer(200, new JsonArray([.. ConformanceModels.Names.Where(name => !isReadyOnly || !_unloaded.Contains(name)).Select(name => new JsonObject
        {
            ["name"] = name,
            ["version"] = "1",
            ["state"] = _unloaded.Contains(name) ? "UNAVAILABLE" : "READY",
            ["reason"] = _unloaded.Contains(name) ? "unloaded" : "",
        })]).ToJsonString());
    }

    private void Change(Call call, string model, string verb)
    {
        if (!ConformanceModels.Names.Contains(model))
        {
            call.Refuse(404);
            return;
        }

        if (verb == "unload")
        {
            _unloaded.Add(model);
        }
        else
        {
            _unloaded.Remove(model);
        }

        call.Answer(200);
    }
}
