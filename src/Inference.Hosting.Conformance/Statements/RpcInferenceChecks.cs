// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rpc;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Grpc.Protos;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Good requests over gRPC: to any model, then to the generated ones, number by number.</summary>
internal static class RpcInferenceChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        Check.RpcModel("infer.raw", Required, Sections.RpcTensorData, "raw_input_contents that fit the metadata are answered with model_name and as many elements as each shape says", async (run, model) =>
            Expect.Equal(model.Name, (await RpcSample.FindAsync(run, model).ConfigureAwait(false)).ModelName, "'model_name'")),
        Check.RpcModel("infer.typed", Required, Sections.RpcTensorData, "contents in the field of the datatype mean the same as raw_input_contents", async (run, model) =>
        {
            var sample = model.NeedRpcSample();
            Expect.Need(model.IsJson, "it has halves (FP16, BF16), which travel raw only");
            var again = await run.RpcOutputsAsync(RpcTensors.Request(model.Name, sample.Inputs, raw: true)).ConfigureAwait(false);
            Expect.Need(TensorComparison.IsSame(sample.Outputs, again), "it answers the same request differently each time");
            TensorComparison.Same(
                sample.Outputs, await run.RpcOutputsAsync(RpcTensors.Request(model.Name, sample.Inputs, raw: false)).ConfigureAwait(false), "with raw contents");
        }),
        Check.RpcModel("infer.all-outputs", Required, Sections.RpcInference, "without outputs in the request, all that the metadata lists come back", async (run, model) =>
        {
            var outputs = await run.RpcOutputsAsync(Good(model)).ConfigureAwait(false);
            Expect.Equal(Names(model.Outputs.Select(output => output.Name)), Names(outputs.Select(output => output.Name)), "the set of outputs");
        }),
        Check.RpcModel("infer.outputs-fit", Required, Sections.RpcModelMetadata, "outputs have the datatypes and shapes that the metadata promises", async (run, model) =>
        {
            foreach (var output in await run.RpcOutputsAsync(Good(model)).ConfigureAwait(false))
            {
                var info = model.Outputs.FirstOrDefault(info => info.Name == output.Name);
                Expect.That(info is not null && info.Type == output.Type && info.Fits(output.Shape), $"output '{output.Name}' is {output.Type} [{string.Join(',', output.Shape)}], which the metadata does not say");
            }
        }),
        Check.RpcModel("infer.id", Required, Sections.RpcInference, "the id of a request comes back", async (run, model) =>
        {
            var request = Good(model);
            request.Id = "conformance 42 ä";
            Expect.Equal(request.Id, (await run.Rpc.InferAsync(request).ConfigureAwait(false)).Ok().Id, "'id'");
        }),
        Check.RpcModel("infer.one-output", Required, Sections.RpcInference, "of the outputs, exactly those come back that the request names", async (run, model) =>
        {
            foreach (var name in model.Outputs.Select(output => output.Name).Distinct().Take(2))
            {
                var request = Good(model);
                request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name });
                var outputs = await run.RpcOutputsAsync(request).ConfigureAwait(false);
                Expect.Equal(name, string.Join(',', outputs.Select(output => output.Name)), "the set of outputs");
            }
        }),
        Check.RpcModel("infer.version", Required, Sections.RpcInference, "a version that the metadata lists answers, and says so", async (run, model) =>
        {
            var refused = "";
            RestHealthChecks.Versions(model);
            foreach (var version in model.Versions)
            {
                var request = Good(model);
                request.ModelVersion = version;
                var answer = await run.Rpc.InferAsync(request).ConfigureAwait(false);
                if (answer.IsOk)
                {
                    var named = answer.Ok().ModelVersion;
                    Expect.That(named.Length == 0 || named == version, $"'model_version' is '{named}', asked for was {version}");
                    return;
                }

                refused += $" {version}: {answer.Status}";
            }

            Expect.Fail($"no version that the metadata lists answers:{refused}");
        }),
        Check.RpcModel("infer.form", Recommended, Sections.Practice, "a raw request is answered raw", async (run, model) =>
            Expect.That((await run.Rpc.InferAsync(Good(model)).ConfigureAwait(false)).Ok().RawOutputContents.Count > 0, "the answer has no raw_output_contents")),
        Check.Rpc("vector.add-sub", Required, Sections.RpcTensorData, "sums and differences of 8 rows are right, typed and raw", async run =>
        {
            var model = run.Generated(ConformanceModels.AddSub);
            var (inputs, expected) = Vectors.AddSub(rows: 8);
            foreach (var raw in new[] { false, true })
            {
                TensorComparison.Exact(await run.RpcOutputsAsync(RpcTensors.Request(model.Name, inputs, raw)).ConfigureAwait(false), expected);
            }
        }),
        Check.Rpc("vector.types.typed", Required, Sections.RpcTensorData, "every datatype comes back exact from its typed contents", run => TypesAsync(run, raw: false)),
        Check.Rpc("vector.types.raw", Required, Sections.RpcTensorData, "every datatype comes back exact from raw_input_contents", run => TypesAsync(run, raw: true)),
        Check.Rpc("vector.half", Required, Sections.RpcTensorData, "FP16 comes back as the raw bytes that were sent", async run =>
        {
            var request = RpcTensors.Request(run.Generated(ConformanceModels.Halves).Name, [Vectors.Halves("INPUT")], raw: true);
            TensorComparison.Exact(await run.RpcOutputsAsync(request).ConfigureAwait(false), Vectors.Halves("OUTPUT"));
        }),
        Check.Rpc("vector.not-finite", Required, Sections.RpcTensorData, "NaN and the infinities come back as the raw bytes that were sent", async run =>
        {
            var request = RpcTensors.Request(run.Generated(ConformanceModels.Floats).Name, [Vectors.NotFinite("INPUT")], raw: true);
            TensorComparison.Exact(await run.RpcOutputsAsync(request).ConfigureAwait(false), Vectors.NotFinite("OUTPUT"));
        }),
    ];

    private static ModelInferRequest Good(ServedModel model) => RpcTensors.Request(model.Name, model.NeedRpcSample().Inputs, raw: true);

    private static async Task TypesAsync(ConformanceRun run, bool raw)
    {
        var request = RpcTensors.Request(run.Generated(ConformanceModels.Types).Name, Vectors.Types(), raw);
        TensorComparison.Exact(await run.RpcOutputsAsync(request).ConfigureAwait(false), Vectors.Expected(Vectors.Types()));
    }

    private static string Names(IEnumerable<string> names) => string.Join(',', names.Order(StringComparer.Ordinal));
}
