// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>
/// Wrong requests over REST. Required is an error's status with the error object wherever a request breaks the text, so that no right answer exists;
/// what a lenient server can still make sense of is recommended.
/// </summary>
internal static class RestErrorChecks
{
    private const string IsAnError = "is an error's status with {\"error\": text}";

    public static IReadOnlyList<Check> All { get; } =
    [
        Wrong("error.json", Required, Sections.ResponseError, $"a body that is no JSON {IsAnError}", null),
        Wrong("error.no-inputs", Required, Sections.Request, $"a request without inputs {IsAnError}", _ => []),
        Wrong("error.more-data", Required, Sections.TensorData, $"more elements than the shape says {IsAnError}", sample =>
            Requests.Of(sample.Inputs).Change(inputs => Data(inputs).Add(Data(inputs)[0]!.DeepClone()))),
        Wrong("error.less-data", Required, Sections.TensorData, $"fewer elements than the shape says {IsAnError}", sample =>
            Requests.Of(sample.Inputs).Change(inputs => Data(inputs).RemoveAt(0))),
        Wrong("error.datatype", Required, Sections.DataTypes, $"a datatype that the protocol does not know {IsAnError}", sample =>
            Requests.Of(sample.Inputs).WithInput("datatype", "INT322")),
        Wrong("error.negative-shape", Required, Sections.RequestInput, $"a negative dimension {IsAnError}", sample =>
            Negative(sample)),
        Check.Rest("error.unknown-model", Required, Sections.ResponseError, $"inference on a model that is not there {IsAnError}", async run =>
            (await run.Rest.PostAsync($"v2/models/{RestHealthChecks.Unknown}/infer", AnyRequest()).ConfigureAwait(false)).Error()),
        Check.RestModel("error.unknown-version", Required, Sections.ResponseError, $"inference on a version that is not there {IsAnError}", async (run, model) =>
        {
            RestHealthChecks.Versions(model);
            var path = $"{model.Path}/versions/{RestHealthChecks.UnknownVersion}/infer";
            (await run.Rest.PostAsync(path, Requests.Of(model.NeedSample().Inputs)).ConfigureAwait(false)).Error();
        }),
        Check.RestModel("error.recovers", Required, Sections.Response, "after a wrong request a good one is answered as before", async (run, model) =>
        {
            var sample = model.NeedSample();
            await run.InferAsync(model, Requests.Of(sample.Inputs).WithInput("shape", new JsonArray(-1))).ConfigureAwait(false);
            (await run.InferAsync(model, Requests.Of(sample.Inputs)).ConfigureAwait(false)).Ok();
        }),
        Check.Rest("error.404", Recommended, Sections.Practice, "inference on a model that is not there is 404", async run =>
            Expect.Equal(404, (await run.Rest.PostAsync($"v2/models/{RestHealthChecks.Unknown}/infer", AnyRequest()).ConfigureAwait(false)).Status, "the status")),
        Check.RestModel("error.client", Recommended, Sections.Practice, "what is the client's fault is 4xx: too few elements, a negative dimension", async (run, model) =>
        {
            var sample = model.NeedSample();
            foreach (var request in new[]
            {
                Requests.Of(sample.Inputs).Change(inputs => Data(inputs).RemoveAt(0)),
                Negative(sample),
            })
            {
                var status = (await run.InferAsync(model, request).ConfigureAwait(false)).Status;
                Expect.That(status is >= 400 and < 500, $"the status is {status}");
            }
        }),
        Wrong("error.other-datatype", Recommended, Sections.RequestInput, $"a datatype that is not the input's {IsAnError}", sample =>
            Requests.Of(sample.Inputs).WithInput("datatype", sample.Inputs[0].Type == Hosting.Tensors.TensorDataType.FP64 ? "INT8" : "FP64")),
        Wrong("error.unknown-input", Recommended, Sections.RequestInput, $"an input that the model does not have {IsAnError}", sample =>
            Requests.Of(sample.Inputs).Change(inputs =>
            {
                var extra = inputs[0]!.DeepClone();
                extra["name"] = "conformance_no_such_input";
                inputs.Add(extra);
            })),
        Check.RestModel("error.missing-input", Recommended, Sections.ModelMetadata, $"a request that lacks an input {IsAnError}, which names it", async (run, model) =>
        {
            var sample = model.NeedSample();
            Expect.Need(sample.Inputs.Length > 1, "it has one input");
            var request = Requests.Of(sample.Inputs.SkipLast(1));
            var error = (await run.InferAsync(model, request).ConfigureAwait(false)).Error();
            Expect.That(error.Contains(sample.Inputs[^1].Name, StringComparison.Ordinal), $"the error does not name '{sample.Inputs[^1].Name}': {error}");
        }),
        Wrong("error.unknown-output", Recommended, Sections.RequestOutput, $"an output that the model does not have {IsAnError}", sample =>
            Requests.Of(sample.Inputs).Ask("conformance_no_such_output")),
        Wrong("error.output-twice", Recommended, Sections.Practice, $"an output named twice {IsAnError}", sample =>
            Requests.Of(sample.Inputs).Ask(sample.Outputs[0].Name, sample.Outputs[0].Name)),
        Check.RestModel("error.method", Recommended, "RFC 9110, 405 Method Not Allowed", "GET on an inference route is 405", async (run, model) =>
        {
            Expect.Need(model.Fault is null, model.Fault ?? "");
            Expect.Equal(405, (await run.Rest.GetAsync(model.Path + "/infer").ConfigureAwait(false)).Status, "the status");
        }),
    ];

    private static Check Wrong(string id, StatementLevel level, string section, string text, Func<Sample, JsonObject>? request)
        => Check.RestModel(id, level, section, text, async (run, model) =>
        {
            var sample = model.NeedSample();
            var answer = request is null
                ? await run.Rest.PostAsync(model.Path + "/infer", """{"inputs": ["""u8.ToArray()).ConfigureAwait(false)
                : await run.InferAsync(model, request(sample)).ConfigureAwait(false);
            answer.Error();
        });

    private static JsonObject Change(this JsonObject request, Action<JsonArray> change)
    {
        change((JsonArray)request["inputs"]!);
        return request;
    }

    private static JsonObject Negative(Sample sample)
        => Requests.Of(sample.Inputs).WithInput("shape", new JsonArray([-1, .. sample.Inputs[0].Shape.Skip(1).Select(size => JsonValue.Create(size))]));

    private static JsonArray Data(JsonArray inputs) => (JsonArray)inputs[0]!["data"]!;

    private static JsonObject AnyRequest() => Requests.Of([Tensors.WireTensor.Of("x", [1], 1f)]);
}
