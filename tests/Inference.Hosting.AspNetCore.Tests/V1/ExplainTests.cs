// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V1;

public sealed class ExplainTests
{
    private const string Body = """{"instances":[[1,2],[3,4]]}""";

    [Fact]
    public async Task Explain_ClassOfTheModel_AnswersBoth()
    {
        await using var app = await StartAsync();

        var response = await app.PostAsync("/v1/models/WeightedSum:explain", Body);

        Assert.Equal("""{"predictions":[21,43],"explanations":[[1,20],[3,40]]}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(
            """{"predictions":[21,43]}""",
            await (await app.PostAsync("/v1/models/WeightedSum:predict", Body)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Explain_RaggedRows_AreExplainedEach()
    {
        var backend = new FakeBackend().WithCapability<IExplainer>(new EchoExplainer());
        backend.Metadata = new ModelMetadata("m", "1", [TestModels.Spec("x", TensorDataType.FP32, -1, -1)], []);
        await using var app = await OnnxApp.StartAsync(
            services => services.AddModel("m").UseBackend(_ => backend), configure: PredictTests.EnableV1);

        var response = await app.PostAsync("/v1/models/m:explain", """{"instances":[[1],[2,3]]}""");

        Assert.Equal("""{"predictions":[[1],[2,3]],"explanations":[[1],[2,3]]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Explain_ModelThatCannot_Is400()
    {
        await using var app = await PredictTests.StartAsync([TestModels.Identity(TensorDataType.Int32, -1)]);

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v1/models/id:explain", Body), HttpStatusCode.BadRequest);

        Assert.Equal("Model 'id' cannot explain its predictions. Ask it with :predict.", error);
    }

    [Fact]
    public async Task Explain_Failure_IsItsError()
    {
        await using var app = await StartAsync();

        Assert.Contains(
            "FP32",
            await TestApp.ErrorAsync(await app.PostAsync("/v1/models/WeightedSum:explain", """{"instances":[[1,"a"]]}"""), HttpStatusCode.BadRequest),
            StringComparison.Ordinal);
        Assert.Equal(
            "Nothing explains a negative number.",
            await TestApp.ErrorAsync(await app.PostAsync("/v1/models/WeightedSum:explain", """{"instances":[[-1,2]]}"""), HttpStatusCode.BadRequest));
    }

    private static Task<TestApp> StartAsync() => OnnxApp.StartAsync(
        services => services.AddModel<WeightedSum>().UseFunction(
            [new("x", TensorDataType.FP32, [-1, 2])],
            [new("sum", TensorDataType.FP32, [-1])],
            (batch, _) =>
            {
                var x = batch.Input<float>("x");
                var sum = batch.Output<float>("sum");
                for (var row = 0; row < batch.Rows; row++)
                {
                    sum[row] = (x[2 * row] * WeightedSum.Weights[0]) + (x[(2 * row) + 1] * WeightedSum.Weights[1]);
                }
            }),
        configure: PredictTests.EnableV1);

    /// <summary>Explains a linear model as one does: by the part of each number in the sum.</summary>
    private sealed class WeightedSum(IInferenceClient client) : IExplainer
    {
        public static readonly float[] Weights = [1, 10];

        public async ValueTask<Explanation> ExplainAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        {
            var x = request.Inputs["x"];
            var parts = x.ToArray<float>().Select((value, index) => value * Weights[index % 2]).ToArray();
            if (parts.Any(float.IsNegative))
            {
                throw new InferenceException(InferenceErrorCode.Unsupported, "Nothing explains a negative number.");
            }

            TensorCollection explanations = [];
            explanations.Add("parts", InferenceTensor.Create<float>(parts, x.Shape));
            using var lease = await client.AcquireAsync(cancellationToken);
            return new Explanation(await lease.InferAsync(request, cancellationToken), new InferenceResponse(explanations));
        }
    }

    private sealed class EchoExplainer : IExplainer
    {
        public ValueTask<Explanation> ExplainAsync(InferenceRequest request, CancellationToken cancellationToken = default)
            => new(new Explanation(FakeModel.Copy(request.Inputs), FakeModel.Copy(request.Inputs)));
    }
}
