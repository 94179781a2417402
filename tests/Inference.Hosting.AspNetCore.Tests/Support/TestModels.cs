// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>The models the vectors of the protocol are about.</summary>
internal static class TestModels
{
    public const string AddSubBody =
        """{"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]},{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}]}""";

    public static TensorSpec Spec(string name, TensorDataType type, params long[] shape) => new(name, type, shape) { BatchAxis = 0 };

    /// <summary>OUTPUT0 = INPUT0 + INPUT1, OUTPUT1 = INPUT0 - INPUT1.</summary>
    public static FakeModel AddSub(string name = "addsub") => new(
        name,
        new ModelMetadata(
            name,
            "1",
            [Spec("INPUT0", TensorDataType.Int32, -1, 16), Spec("INPUT1", TensorDataType.Int32, -1, 16)],
            [Spec("OUTPUT0", TensorDataType.Int32, -1, 16), Spec("OUTPUT1", TensorDataType.Int32, -1, 16)])
        {
            Platform = "onnxruntime_onnx",
            SupportsBatching = true,
            MaxBatchSize = 8,
            Devices = ["cpu"],
        },
        (request, _) =>
        {
            var left = request.Inputs["INPUT0"];
            var right = request.Inputs["INPUT1"];
            var sum = left.ToArray<int>().Zip(right.ToArray<int>(), (a, b) => a + b).ToArray();
            var difference = left.ToArray<int>().Zip(right.ToArray<int>(), (a, b) => a - b).ToArray();
            TensorCollection outputs = [];
            outputs.Add("OUTPUT0", InferenceTensor.Create<int>(sum, left.Shape));
            outputs.Add("OUTPUT1", InferenceTensor.Create<int>(difference, left.Shape));
            return new(new InferenceResponse(outputs, new InferenceTiming { Version = "1" }));
        });

    /// <summary>One tensor <c>x</c> in and out.</summary>
    public static FakeModel Identity(TensorDataType type, params long[] shape)
        => FakeModel.Identity("id", Spec("x", type, shape));
}
