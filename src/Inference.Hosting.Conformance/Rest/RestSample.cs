// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Tensors;

namespace Inference.Hosting.Conformance.Rest;

/// <summary>Good requests over REST, found by trying inputs that fit the metadata.</summary>
internal static class RestSample
{
    public static Task<RestAnswer> InferAsync(this ConformanceRun run, ServedModel model, JsonObject request)
        => run.Rest.PostAsync(model.Path + "/infer", request);

    /// <summary>The outputs of a good request in JSON.</summary>
    public static async Task<List<WireTensor>> OutputsAsync(this ConformanceRun run, ServedModel model, JsonObject request)
        => TensorJson.Outputs((await run.InferAsync(model, request).ConfigureAwait(false)).Ok().Json());

    /// <summary>Finds inputs that the model takes.</summary>
    /// <exception cref="StatementFailedException">The answer is not the protocol's.</exception>
    /// <exception cref="NotCheckedException">The model wants more of its inputs than the metadata says.</exception>
    public static async Task<RestAnswer> FindAsync(ConformanceRun run, ServedModel model)
    {
        Expect.Need(model.Fault is null, model.Fault ?? "");
        Expect.Need(model.IsJson, "it has halves (FP16, BF16), which servers may keep out of JSON");
        RestAnswer? answer = null;
        foreach (var inputs in InputMaker.Make(model.Inputs))
        {
            answer = await run.InferAsync(model, Requests.Of(inputs)).ConfigureAwait(false);
            if (answer.IsOk)
            {
                model.Rest = new Sample(inputs, TensorJson.Outputs(answer.Json()));
                return answer;
            }
        }

        var reason = answer!.Error();
        Expect.That(!model.IsGenerated, $"the status is {answer.Status} instead of 200, though the inputs fit the metadata");
        throw new NotCheckedException($"it refuses all inputs made from its metadata: {reason}");
    }

    /// <summary>The good request that was found before.</summary>
    public static Sample NeedSample(this ServedModel model)
    {
        Expect.Need(model.Rest is not null, model.Fault ?? "no good request is known: see rest.infer");
        return model.Rest;
    }
}
