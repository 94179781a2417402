// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Generated;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Answers of the generated models over REST, number by number.</summary>
internal static class RestVectorChecks
{
    private const int Most = 8;

    public static IReadOnlyList<Check> All { get; } =
    [
        Check.Rest("vector.add-sub", Required, Sections.TensorData, "sums and differences of 1 to 16 are right, flat and nested", async run =>
        {
            var model = run.Generated(ConformanceModels.AddSub);
            var (inputs, expected) = Vectors.AddSub(rows: 1);
            TensorComparison.Exact(await run.OutputsAsync(model, Requests.Of(inputs)).ConfigureAwait(false), expected);
            TensorComparison.Exact(await run.OutputsAsync(model, Requests.Of(inputs, nested: true)).ConfigureAwait(false), expected);
        }),
        Check.Rest("vector.batch", Required, Sections.RequestInput, $"{Most} rows in one request are answered row by row", async run =>
        {
            var (inputs, expected) = Vectors.AddSub(Most);
            TensorComparison.Exact(await run.OutputsAsync(run.Generated(ConformanceModels.AddSub), Requests.Of(inputs)).ConfigureAwait(false), expected);
        }),
        Check.Rest("vector.over-batch", Required, Sections.ResponseError, $"{Most + 1} rows, one more than the model's batch, are answered right or are an error", async run =>
        {
            var (inputs, expected) = Vectors.AddSub(Most + 1);
            var answer = await run.InferAsync(run.Generated(ConformanceModels.AddSub), Requests.Of(inputs)).ConfigureAwait(false);
            if (answer.IsOk)
            {
                TensorComparison.Exact(TensorJson.Outputs(answer.Json()), expected);
            }
            else
            {
                answer.Error();
            }
        }),
        Check.Rest("vector.types", Required, Sections.DataTypes, "every datatype comes back exact: the ends of each range, integers beyond 2^53, text of any script", async run =>
        {
            var outputs = await run.OutputsAsync(run.Generated(ConformanceModels.Types), Requests.Of(Vectors.Types())).ConfigureAwait(false);
            TensorComparison.Exact(outputs, Vectors.Expected(Vectors.Types()));
        }),
        Check.Rest("vector.bool-count", Required, Sections.TensorData, "one BOOL for the shape [1,3], as in the text's own example, is an error", async run =>
        {
            var request = Requests.Of(Vectors.Types());
            var input = (JsonObject)((JsonArray)request["inputs"]!).Single(input => (string?)input!["datatype"] == "BOOL")!;
            input["data"] = new JsonArray(true);
            (await run.InferAsync(run.Generated(ConformanceModels.Types), request).ConfigureAwait(false)).Error();
        }),
        Check.Rest("vector.empty", Recommended, Sections.RequestInput, "a tensor without elements, shape [1,0], comes back as one", async run =>
        {
            var outputs = await run.OutputsAsync(run.Generated(ConformanceModels.Floats), Requests.Of([WireTensor.Of<float>("INPUT", [1, 0])])).ConfigureAwait(false);
            TensorComparison.Exact(outputs, WireTensor.Of<float>("OUTPUT", [1, 0]));
        }),
        Check.Rest("vector.half", Required, Sections.DataTypes, "FP16 in JSON is answered right or is an error", async run =>
        {
            var answer = await run.InferAsync(run.Generated(ConformanceModels.Halves), Requests.Of([Vectors.Halves("INPUT")])).ConfigureAwait(false);
            if (answer.IsOk)
            {
                TensorComparison.Exact(TensorJson.Outputs(answer.Json()), Vectors.Halves("OUTPUT"));
            }
            else
            {
                answer.Error();
            }
        }),
    ];
}
