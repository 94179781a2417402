// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Conformance.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>The extension that carries tensors as bytes behind the JSON.</summary>
internal static class BinaryDataChecks
{
    private const string Extension = "binary_tensor_data";

    public static IReadOnlyList<Check> All { get; } =
    [
        Of("input", Required, "inputs as bytes, with binary_data_size and the length of the JSON in Inference-Header-Content-Length, mean the same as in JSON", async (run, model) =>
        {
            var sample = model.NeedSample();
            await RestInferenceChecks.IsStableAsync(run, model).ConfigureAwait(false);
            TensorComparison.Same(sample.Outputs, Read(await SendAsync(run, model, Inputs(sample), sample).ConfigureAwait(false)), "with data in JSON");
        }),
        Of("output", Required, "binary_data: true brings an output as bytes, with its size and the length of the JSON", async (run, model) =>
        {
            var sample = model.NeedSample();
            await RestInferenceChecks.IsStableAsync(run, model).ConfigureAwait(false);
            var first = sample.Outputs[0].Name;
            var answer = await SendAsync(run, model, Inputs(sample).Ask((first, "binary_data", true)), sample).ConfigureAwait(false);
            Expect.That(answer.JsonLength is not null, "Inference-Header-Content-Length is missing");
            Expect.That(IsBinary(answer, first), $"output '{first}' has no binary_data_size");
            TensorComparison.Same(sample.Outputs.Take(1).ToList(), Read(answer), "in JSON");
        }),
        Of("output.type", Recommended, "an answer with binary data comes as application/octet-stream", async (run, model) =>
        {
            var sample = model.NeedSample();
            var answer = await SendAsync(run, model, Inputs(sample).Ask((sample.Outputs[0].Name, "binary_data", true)), sample).ConfigureAwait(false);
            Expect.Equal("application/octet-stream", answer.MediaType, "Content-Type");
        }),
        Of("output.default", Required, "without binary_data, or with false, outputs are JSON and the header is absent", async (run, model) =>
        {
            var sample = model.NeedSample();
            foreach (var request in new[] { Inputs(sample), Inputs(sample).Ask((sample.Outputs[0].Name, "binary_data", false)) })
            {
                var answer = await SendAsync(run, model, request, sample).ConfigureAwait(false);
                Expect.That(answer.JsonLength is null || answer.Binary.Length == 0, $"{answer.Binary.Length} bytes stand behind the JSON");
                Read(answer);
            }
        }),
        Of("output.all", Required, "binary_data_output: true brings all outputs as bytes", async (run, model) =>
        {
            var sample = model.NeedSample();
            var answer = await SendAsync(run, model, Inputs(sample).With("parameters", new JsonObject { ["binary_data_output"] = true }), sample).ConfigureAwait(false);
            Expect.That(sample.Outputs.All(output => IsBinary(answer, output.Name)), "an output has no binary_data_size");
            Read(answer);
        }),
        Of("output.override", Required, "binary_data of an output overrides binary_data_output", async (run, model) =>
        {
            var sample = model.NeedSample();
            var first = sample.Outputs[0].Name;
            var request = Inputs(sample).Ask((first, "binary_data", false)).With("parameters", new JsonObject { ["binary_data_output"] = true });
            var answer = await SendAsync(run, model, request, sample).ConfigureAwait(false);
            Expect.That(!IsBinary(answer, first), $"output '{first}' is binary");
            Read(answer);
        }),
        Of("short", Required, "fewer bytes than binary_data_size says is an error", async (run, model) =>
        {
            var sample = model.NeedSample();
            var (body, headers) = Requests.Binary(Inputs(sample), sample.Inputs.Select(input => input.Raw));
            (await run.Rest.PostAsync(model.Path + "/infer", body[..^1], headers).ConfigureAwait(false)).Error();
        }),
        Of("size", Required, "a binary_data_size that is not that of shape and datatype is an error", async (run, model) =>
        {
            var sample = model.NeedSample();
            var request = Inputs(sample).WithInput("parameters", new JsonObject { ["binary_data_size"] = sample.Inputs[0].Raw.Length + 1 });
            var (body, headers) = Requests.Binary(request, [.. sample.Inputs.Select((input, i) => i == 0 ? [.. input.Raw, 0] : input.Raw)]);
            (await run.Rest.PostAsync(model.Path + "/infer", body, headers).ConfigureAwait(false)).Error();
        }),
        Of("header", Required, "an Inference-Header-Content-Length beyond the body is an error", async (run, model) =>
        {
            var (body, _) = Requests.Binary(Inputs(model.NeedSample()));
            (await run.Rest.PostAsync(model.Path + "/infer", body, Requests.BinaryHeaders(body.Length + 1)).ConfigureAwait(false)).Error();
        }),
        Of("rest", Recommended, "bytes behind the last input's are an error", async (run, model) =>
        {
            var sample = model.NeedSample();
            var (body, headers) = Requests.Binary(Inputs(sample), sample.Inputs.Select(input => input.Raw));
            (await run.Rest.PostAsync(model.Path + "/infer", [.. body, 0], headers).ConfigureAwait(false)).Error();
        }),
        OfGenerated("mixed", Required, "inputs and outputs in JSON and as bytes stand side by side", async run =>
        {
            var model = run.Generated(ConformanceModels.AddSub);
            var (inputs, expected) = Vectors.AddSub(rows: 2);
            var request = new JsonObject { ["inputs"] = new JsonArray(TensorJson.Input(inputs[0]), TensorJson.BinaryInput(inputs[1])) }
                .Ask(("OUTPUT0", "binary_data", true), ("OUTPUT1", "binary_data", false));
            var (body, headers) = Requests.Binary(request, inputs[1].Raw);
            var answer = (await run.Rest.PostAsync(model.Path + "/infer", body, headers).ConfigureAwait(false)).Ok();
            Expect.That(IsBinary(answer, "OUTPUT0") && !IsBinary(answer, "OUTPUT1"), "not OUTPUT0 alone is binary");
            TensorComparison.Exact(Read(answer), expected);
        }),
        OfGenerated("types", Required, "every datatype comes back as the bytes that were sent", async run =>
            TensorComparison.Exact(
                Read(await SendAllAsync(run, ConformanceModels.Types, Vectors.Types()).ConfigureAwait(false)), Vectors.Expected(Vectors.Types()))),
        OfGenerated("half", Required, "FP16 comes back as the bytes that were sent", async run =>
            TensorComparison.Exact(
                Read(await SendAllAsync(run, ConformanceModels.Halves, Vectors.Halves("INPUT")).ConfigureAwait(false)), Vectors.Halves("OUTPUT"))),
        OfGenerated("not-finite", Required, "NaN and the infinities come back as the bytes that were sent", async run =>
            TensorComparison.Exact(
                Read(await SendAllAsync(run, ConformanceModels.Floats, Vectors.NotFinite("INPUT")).ConfigureAwait(false)), Vectors.NotFinite("OUTPUT"))),
        OfGenerated("not-finite.json", Required, "NaN and the infinities asked for in JSON are JSON all the same, or an error", async run =>
        {
            var input = Vectors.NotFinite("INPUT");
            var (body, headers) = Requests.Binary(new JsonObject { ["inputs"] = new JsonArray(TensorJson.BinaryInput(input)) }, input.Raw);
            var answer = await run.Rest.PostAsync($"v2/models/{ConformanceModels.Floats}/infer", body, headers).ConfigureAwait(false);
            if (answer.IsOk)
            {
                answer.Json();
            }
            else
            {
                answer.Error();
            }
        }),
        Check.Rest("binary.raw", Required, Sections.RawRequest, "with the header 0 the body is the one input's bytes, and all outputs come as bytes", async run =>
        {
            var model = run.Generated(ConformanceModels.Floats);
            var input = WireTensor.Of("INPUT", [1, 3], 0.1f, -2f, 3f);
            var answer = (await run.Rest.PostAsync(model.Path + "/infer", input.Raw, Requests.BinaryHeaders(0)).ConfigureAwait(false)).Ok();
            Expect.That(IsBinary(answer, "OUTPUT"), "output 'OUTPUT' has no binary_data_size");
            TensorComparison.Exact(Read(answer), input with { Name = "OUTPUT" });
        }).IfListed(Extension),
        Check.Rest("binary.raw.several", Required, Sections.RawRequest, "with the header 0 a model of two inputs answers an error", async run =>
            (await run.Rest.PostAsync(run.Generated(ConformanceModels.AddSub).Path + "/infer", new byte[64], Requests.BinaryHeaders(0)).ConfigureAwait(false)).Error())
            .IfListed(Extension),
    ];

    private static Check Of(string id, StatementLevel level, string text, Func<ConformanceRun, ServedModel, Task> check)
        => Check.RestModel("binary." + id, level, Sections.Binary, text, check).IfListed(Extension);

    private static Check OfGenerated(string id, StatementLevel level, string text, Func<ConformanceRun, Task> check)
        => Check.Rest("binary." + id, level, Sections.Binary, text, check).IfListed(Extension);

    private static JsonObject Inputs(Sample sample) => new() { ["inputs"] = new JsonArray([.. sample.Inputs.Select(TensorJson.BinaryInput)]) };

    private static async Task<RestAnswer> SendAsync(ConformanceRun run, ServedModel model, JsonObject request, Sample sample)
    {
        var (body, headers) = Requests.Binary(request, sample.Inputs.Select(input => input.Raw));
        return (await run.Rest.PostAsync(model.Path + "/infer", body, headers).ConfigureAwait(false)).Ok();
    }

    private static Task<RestAnswer> SendAllAsync(ConformanceRun run, string model, params WireTensor[] inputs)
    {
        var sample = new Sample(inputs, []);
        return SendAsync(run, run.Generated(model), Inputs(sample).With("parameters", new JsonObject { ["binary_data_output"] = true }), sample);
    }

    private static List<WireTensor> Read(RestAnswer answer) => TensorJson.Outputs(answer.Json(), answer.Binary);

    private static bool IsBinary(RestAnswer answer, string output)
        => Json.Array(answer.Json(), "outputs").Any(one => Json.String(one, "name") == output && TensorJson.BinarySize(one) is not null);
}
