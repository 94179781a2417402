// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Tests.Batching.AssemblyBench;

namespace Inference.Hosting.Tests.Batching;

public sealed class ProbeTests
{
    private static readonly TensorSpec _image = new("x", TensorDataType.FP32, [-1, 3, 48, -1]) { BatchAxis = 0, RaggedAxis = 3 };

    [Theory]
    [InlineData(8, 0.125)]
    [InlineData(1, 1)]
    [InlineData(3, 1 / 3.0)]
    public void Ragged_OutputWithAFractionOfTheSteps_IsFound(int stride, double scale)
    {
        var metadata = Model([_image], [new TensorSpec("y", TensorDataType.FP32, [-1, -1, 10]) { BatchAxis = 0 }]);
        using var instance = Shapes(metadata, (rows, width) => [rows, (width + stride - 1) / stride, 10]);

        // The maximum is a multiple of all strides tried.
        var output = Assert.Single(RaggedProbe.Run(instance, metadata, maxLength: 96).Outputs);

        Assert.Equal(1, output.RaggedAxis);
        Assert.Equal(scale, output.RaggedScale, 1e-9);
    }

    [Fact]
    public void Ragged_OutputThatDoesNotFollow_IsLeftAsItIs()
    {
        var metadata = Model([_image], [new TensorSpec("y", TensorDataType.FP32, [-1, 10]) { BatchAxis = 0 }]);
        using var instance = Shapes(metadata, (rows, _) => [rows, 10]);

        Assert.Null(RaggedProbe.Run(instance, metadata, int.MaxValue).Outputs[0].RaggedAxis);
    }

    [Theory]
    [InlineData("offset")]
    [InlineData("floor")]
    [InlineData("two")]
    public void Ragged_OutputThatCannotBeCut_IsRefused(string kind)
    {
        var metadata = Model([_image], [new TensorSpec("y", TensorDataType.FP32, [-1, -1, -1]) { BatchAxis = 0 }]);
        using var instance = Shapes(metadata, (rows, width) => kind switch
        {
            "offset" => [rows, width - 2, 10],
            "floor" => [rows, width / 8, 10],
            _ => [rows, width, width],
        });

        var exception = Assert.Throws<InferenceException>(() => RaggedProbe.Run(instance, metadata, int.MaxValue));

        Assert.Equal((InferenceErrorCode.Unsupported, "y"), (exception.Code, exception.Parameter));
        Assert.EndsWith(
            "padded rows cannot be cut back to their length. Do not declare a ragged axis for this model; rows of equal length still share runs.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ragged_ModelThatTakesMultiplesOnly_IsNotAskedForMore()
    {
        var metadata = Model([_image], [new TensorSpec("y", TensorDataType.FP32, [-1, -1]) { BatchAxis = 0 }]);
        using var instance = Shapes(metadata, (rows, width) => width % 32 == 0
            ? [rows, width / 32]
            : throw new EngineException(EngineFault.Run, "multiples of 32"));

        Assert.Equal(1 / 32.0, RaggedProbe.Run(instance, metadata, int.MaxValue).Outputs[0].RaggedScale);
    }

    [Fact]
    public void Ragged_NoRaggedInput_RunsNothing()
    {
        var metadata = Model([new TensorSpec("x", TensorDataType.FP32, [-1, -1]) { BatchAxis = 0 }]);
        using var instance = ScriptedInstance.Identity(metadata);

        Assert.Same(metadata, RaggedProbe.Run(instance, metadata, int.MaxValue));
        Assert.Equal(0, instance.Runs);
    }

    [Fact]
    public void BatchAxis_OutputsFollow_AxesAreFound()
    {
        var metadata = Model(
            [new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }],
            [
                new TensorSpec("y", TensorDataType.FP32, [-1, -1]),
                new TensorSpec("s", TensorDataType.FP32, [2, -1, 5]),
                new TensorSpec("z", TensorDataType.FP32, [-1]) { BatchAxis = 0 },
            ]);
        using var instance = new ScriptedInstance(metadata, (self, batch) =>
        {
            self.SetOutput(0, [batch.Rows, 3], batch.Rows * 12);
            self.SetOutput(1, [2, batch.Rows, 5], batch.Rows * 40);
            self.SetOutput(2, [batch.Rows], batch.Rows * 4);
        });

        var proved = BatchAxisProbe.Run(instance, metadata, out var reason);

        Assert.Null(reason);
        Assert.True(proved.SupportsBatching);
        Assert.Equal([0, 1, 0], proved.Outputs.Select(output => output.BatchAxis));
    }

    [Theory]
    [InlineData("fixed", "Output 'y' does not follow the rows: [1,4] with 1 row, [1,4] with 3.")]
    [InlineData("square", "Output 'y' does not follow the rows: [1,1] with 1 row, [3,3] with 3.")]
    [InlineData("other", "Output 'y' does not follow the rows: [7,4] with 1 row, [9,4] with 3.")]
    [InlineData("fails", "A run with 3 rows failed: one row only")]
    public void BatchAxis_OutputDoesNotFollow_BatchingIsOff(string kind, string text)
    {
        var metadata = Model(
            [new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }], [new TensorSpec("y", TensorDataType.FP32, [-1, -1])]);
        using var instance = Shapes(metadata, (rows, _) => kind switch
        {
            "fixed" => [1, 4],
            "square" => [rows, rows],
            "other" => [6 + rows, 4],
            _ => rows == 1 ? [1, 4] : throw new EngineException(EngineFault.Run, "one row only"),
        });

        var proved = BatchAxisProbe.Run(instance, metadata, out var reason);

        Assert.Equal(text, reason);
        Assert.Equal((false, 1), (proved.SupportsBatching, proved.MaxBatchSize));
    }

    [Fact]
    public void Sample_FillsFreeDimensionsAndLeavesOutWhatMayBeMissing()
    {
        var metadata = Model(
        [
            new TensorSpec("ids", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 },
            new TensorSpec("mask", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1, IsMask = true },
            new TensorSpec("state", TensorDataType.FP32, [2, -1, -1]) { BatchAxis = 1 },
            new TensorSpec("text", TensorDataType.Bytes, [-1, 2]) { BatchAxis = 0 },
            new TensorSpec("extra", TensorDataType.FP32, [-1]) { BatchAxis = 0, IsOptional = true },
            new TensorSpec("sr", TensorDataType.Int64, []),
        ]);

        var request = WarmupSample.Create(metadata, length: 5, rows: 3);

        Assert.Equal(
            ["ids INT64[3,5]", "state FP32[2,3,1]", "text BYTES[3,2]", "sr INT64[]"],
            request.Inputs.Select(input => $"{input.Key} {input.Value}"));
        Assert.Equal((3, 5), (new RequestAnalyzer(metadata).Analyze(request).Rows, new RequestAnalyzer(metadata).Analyze(request).Length));
    }

    public static TheoryData<RaggedAxis[], string> BadAxes => new()
    {
        { [new() { Input = "nope" }], "Ragged axis 1 of input 'nope': the model has no such input; it has 'x', 's'." },
        { [new() { Input = "x", Axis = 0 }], "Ragged axis 0 of input 'x': axis 0 is its batch axis; give another." },
        { [new() { Input = "x", Axis = 4 }], "Ragged axis 4 of input 'x': shape [-1,3,48,-1] has no axis 4; give one from 0 to 3." },
        { [new() { Input = "x", Axis = 2 }], "Ragged axis 2 of input 'x': axis 2 has the fixed length 48; give one that varies." },
        { [new() { Input = "x", Axis = 3 }, new() { Input = "x", Axis = 3 }], "Ragged axis 3 of input 'x': it is declared twice; name each input once." },
        { [new() { Input = "s", IsMask = true }], "Ragged axis 1 of input 's': a mask of BYTES cannot be made; declare it without IsMask." },
    };

    [Theory]
    [MemberData(nameof(BadAxes), DisableDiscoveryEnumeration = true)]
    public void Declaration_Wrong_SaysWhichAndWhy(RaggedAxis[] axes, string text)
    {
        var metadata = Model([_image with { RaggedAxis = null }, new TensorSpec("s", TensorDataType.Bytes, [-1, -1]) { BatchAxis = 0 }]);

        Assert.Equal(text, Assert.Throws<InferenceException>(() => RaggedDeclaration.Apply(metadata, axes)).Message);
    }

    [Fact]
    public void Declaration_Right_IsOnTheInput()
    {
        var metadata = Model([_image with { RaggedAxis = null }]);

        var input = RaggedDeclaration.Apply(metadata, [new() { Input = "x", Axis = 3, PadValue = -1 }]).Inputs[0];

        Assert.Equal((3, -1.0, false), (input.RaggedAxis, input.PadValue, input.IsMask));
        Assert.Same(metadata, RaggedDeclaration.Apply(metadata, []));
    }

    private static ScriptedInstance Shapes(ModelMetadata metadata, Func<int, int, long[]> shape)
        => new(metadata, (instance, batch) =>
        {
            var result = shape(batch.Rows, batch.Length);
            instance.SetOutput(0, result, (int)result.Aggregate(4L, (product, dimension) => product * dimension));
        });
}
