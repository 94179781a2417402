// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rpc;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Extensions over gRPC: each is asked for only if the server lists it.</summary>
internal static class RpcExtensionChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        Check.Rpc("classification", Required, Sections.Classification, "classification: 2 over [1,5,10,4] brings BYTES that begin '10:2' and '5:1'", async run =>
        {
            var request = RpcTensors.Request(run.Generated(ConformanceModels.Floats).Name, [Vectors.Classes()], raw: true);
            var asked = new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "OUTPUT" };
            asked.Parameters["classification"] = new InferParameter { Int64Param = 2 };
            request.Outputs.Add(asked);
            var output = TensorComparison.Find(await run.RpcOutputsAsync(request).ConfigureAwait(false), "OUTPUT");
            Expect.That(output.Type == TensorDataType.Bytes, $"the output is {output.Type.ToV2Name()} instead of BYTES");
            Expect.Equal("2,1", string.Join(',', BytesEncoding.Decode(output.Raw).Select(text => text.Split(':').ElementAtOrDefault(1))), "the order of classes");
        }).IfListed("classification"),
        Check.RpcModel("config", Required, Sections.Configuration, "ModelConfig answers the model's configuration", async (run, model) =>
        {
            var config = (await run.Rpc.ConfigAsync(model.Name).ConfigureAwait(false)).Config;
            Expect.Equal(model.Name, config?.Name, "'name'");
            Expect.Equal(model.Inputs.Count, config!.Input.Count, "the number of inputs");
            Expect.Equal(model.Outputs.Count, config.Output.Count, "the number of outputs");
        }).IfListed("model_configuration"),
        Check.RpcModel("statistics", Required, Sections.Statistics, "ModelStatistics answers counters, and batch sizes times runs add up to inference_count", async (run, model) =>
        {
            var all = (await run.Rpc.StatisticsAsync(model.Name).ConfigureAwait(false)).ModelStats;
            Expect.That(all.Count > 0, "'model_stats' is empty");
            foreach (var stats in all)
            {
                Expect.Equal(model.Name, stats.Name, "'name'");
                Expect.That(stats.InferenceStats is not null, "'inference_stats' is missing");
                if (stats.BatchStats.Count > 0)
                {
                    var sum = stats.BatchStats.Sum(batch => (long)(batch.BatchSize * (batch.ComputeInfer?.Count ?? 0)));
                    Expect.Equal((long)stats.InferenceCount, sum, "the sum of sizes times runs");
                }
            }
        }).IfListed("statistics"),
        Check.Rpc("repository.index", Required, Sections.Repository, "RepositoryIndex with ready lists what serves", async run =>
        {
            var index = await run.Rpc.RepositoryIndexAsync(ready: true).ConfigureAwait(false);
            foreach (var model in run.Models.Where(model => model.Rpc is not null))
            {
                Expect.That(index.Models.Any(entry => entry.Name == model.Name && entry.State == "READY"), $"model '{model.Name}' serves, but is not READY in it");
            }
        }).IfListed("model_repository"),
        Check.Rpc("stream", Recommended, Sections.Sequence, "in ModelStreamInfer a wrong request is answered with error_message, and the stream goes on", async run =>
        {
            var model = run.Generated(ConformanceModels.AddSub);
            var (inputs, expected) = Vectors.AddSub(rows: 1);
            var (good, wrong) = (RpcTensors.Request(model.Name, inputs, raw: true), RpcTensors.Request(model.Name, inputs, raw: true));
            wrong.Inputs[0].Datatype = "INT322";
            var answer = await run.Rpc.StreamAsync(good, wrong, good).ConfigureAwait(false);
            Expect.Need(answer.Status != StatusCode.Unimplemented, "not offered: the server does not implement it");
            var answers = answer.Ok();
            Expect.Equal(3, answers.Count, "the number of answers");
            Expect.Equal(1, answers.Count(one => one.ErrorMessage.Length > 0), "the number of answers with error_message");
            foreach (var one in answers.Where(one => one.ErrorMessage.Length == 0))
            {
                TensorComparison.Exact(RpcTensors.Outputs(one.InferResponse ?? new()), expected);
            }
        }),
    ];
}
