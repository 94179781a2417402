// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Tests.Batching.AssemblyBench;

namespace Inference.Hosting.Tests.Batching;

public sealed class RequestAnalyzerTests
{
    private static readonly ModelMetadata _model = Model(
        [
            new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 },
            new TensorSpec("y", TensorDataType.Int64, [-1, 2, -1]) { BatchAxis = 0, IsOptional = true },
        ],
        [
            new TensorSpec("a", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 },
            new TensorSpec("b", TensorDataType.FP32, [-1]) { BatchAxis = 0 },
        ]);

    private static readonly ModelMetadata _ragged = Model(
    [
        new TensorSpec("ids", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 },
        new TensorSpec("types", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1, IsOptional = true },
        new TensorSpec("mask", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1, IsMask = true },
    ]);

    private static readonly ModelMetadata _text = Model([new TensorSpec("s", TensorDataType.Bytes, [-1, 1]) { BatchAxis = 0 }]);

    public static TheoryData<string, InferenceRequest, string, string> Faults => new()
    {
        { "model", Request(), "x", "Input 'x' is missing: send FP32[-1,4]." },
        { "model", Request(("x", X(1)), ("z", X(1))), "z", "The model has no input 'z': leave it out; it takes 'x', 'y'." },
        { "model", Request(("x", I64(1, 4))), "x", "Input 'x' is INT64: send it as FP32." },
        { "model", Request(("x", default)), "x", "Input 'x' holds no tensor: send FP32[-1,4]." },
        { "model", Request(("x", F32(1, 4, 1))), "x", "Input 'x' has shape [1,4,1], rank 3: send rank 2, FP32[-1,4]." },
        { "model", Request(("x", F32())), "x", "Input 'x' has shape [], rank 0: send rank 2, FP32[-1,4]." },
        { "model", Request(("x", F32(2, 5))), "x", "Input 'x' has shape [2,5], 5 on axis 1: send 4 there, FP32[-1,4]." },
        { "model", Request(("x", X(2)), ("y", I64(3, 2, 1))), "y", "Input 'y' has 3 rows on axis 0, but 'x' has 2: send as many rows in every input." },
        { "model", Request(("x", Lying(TensorDataType.FP32, new byte[12], 1, 4))), "x", "Input 'x' holds 12 bytes: shape [1,4] of FP32 needs 4 elements of 4 bytes." },
        { "model", Request(("x", Lying(TensorDataType.FP32, [], 1L << 62, 4))), "x", "Input 'x' has shape [4611686018427387904,4], which is too large: send fewer elements." },
        { "model", Request(("x", Lying(TensorDataType.FP32, [], -1, 4))), "x", "Input 'x' has shape [-1,4], which is too large: send fewer elements." },
        { "text", Request(("s", Lying(TensorDataType.Bytes, BytesEncoding.Encode(["a", "b"]), 3, 1))), "s", "Input 's' holds 2 elements: shape [3,1] needs 3." },
        { "text", Request(("s", Lying(TensorDataType.Bytes, [9, 0, 0, 0, 1], 1, 1))), "s", "Input 's' is not well-formed BYTES: each element is its length in 4 bytes, little-endian, then its bytes, with nothing left over." },
        { "ragged", Request(("ids", I64(2, 0))), "ids", "Input 'ids' has length 0 on axis 1: send at least one element there, for example the padding value." },
        { "ragged", Request(("ids", I64(2, 9))), "ids", "Input 'ids' has length 9 on axis 1, but at most 8 is accepted: shorten it." },
        { "ragged", Request(("ids", I64(2, 5)), ("types", I64(2, 4))), "types", "Input 'types' has length 4 on axis 1, but 'ids' has 5: send the same length in both." },
        { "ragged", Request(("ids", I64(2, 5)), ("mask", I64(1, 5))), "mask", "Input 'mask' has 1 rows on axis 0, but 'ids' has 2: send as many rows in every input." },
        { "model", Wanting(["c"]), "c", "The model has no output 'c': ask for some of 'a', 'b'." },
        { "model", Wanting(["a", "b", "a"]), "a", "Output 'a' is asked for twice: name it once." },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Analyze_Fault_NamesTensorValueAndMend(string model, InferenceRequest request, string parameter, string text)
    {
        var metadata = model switch { "model" => _model, "ragged" => _ragged, _ => _text };

        var exception = Assert.Throws<InferenceException>(() => new RequestAnalyzer(metadata).Analyze(request, maxLength: 8));

        Assert.Equal(InferenceErrorCode.InvalidInput, exception.Code);
        Assert.Equal(parameter, exception.Parameter);
        Assert.Equal(text, exception.Message);
    }

    [Fact]
    public void Analyze_SeveralFaults_ReportsAll()
    {
        var request = Request(("y", I64(1, 3, 1)), ("q", X(1)));
        request.Outputs = ["nope"];

        var exception = Assert.Throws<InferenceException>(() => new RequestAnalyzer(_model).Analyze(request));

        Assert.Equal(
            "Input 'x' is missing: send FP32[-1,4]. Input 'y' has shape [1,3,1], 3 on axis 1: send 2 there, INT64[-1,2,-1]. "
            + "The model has no input 'q': leave it out; it takes 'x', 'y'. The model has no output 'nope': ask for some of 'a', 'b'.",
            exception.Message);
        Assert.Equal("x", exception.Parameter);
    }

    [Fact]
    public void Analyze_ThousandUnknownInputs_TextStaysShort()
    {
        var request = Request(("x", X(1)));
        for (var i = 0; i < 1000; i++)
        {
            request.Inputs[new string('n', 500) + i] = X(1);
        }

        var exception = Assert.Throws<InferenceException>(() => new RequestAnalyzer(_model).Analyze(request));

        Assert.True(exception.Message.Length < 2000, $"{exception.Message.Length} characters");
        Assert.EndsWith(" There are more faults.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Analyze_Valid_GivesRowsLengthBytes()
    {
        var layout = new RequestAnalyzer(_ragged).Analyze(Request(("ids", I64(3, 7)), ("types", I64(3, 7))));

        Assert.Equal((3, 7, 2 * 3 * 7 * 8L), (layout.Rows, layout.Length, layout.Bytes));
        Assert.Equal([0, 1, 2], layout.Outputs.Order);
    }

    [Fact]
    public void Analyze_ModelWithoutBatching_IsOneRow()
    {
        var analyzer = new RequestAnalyzer(Model([new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }], batches: false));

        Assert.Equal(1, analyzer.Analyze(Request(("x", X(5)))).Rows);
    }

    [Fact]
    public void Analyze_ZeroRows_IsLegal()
    {
        Assert.Equal(0, new RequestAnalyzer(_model).Analyze(Request(("x", X(0)))).Rows);
        Assert.Equal(0, new RequestAnalyzer(_ragged).Analyze(Request(("ids", I64(0, 0)))).Rows);
    }

    [Fact]
    public void Analyze_ZeroRowsAndOutputWithoutRows_IsRefused()
    {
        var analyzer = new RequestAnalyzer(Model(
            [new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }], [new TensorSpec("total", TensorDataType.FP32, [1])]));

        var exception = Assert.Throws<InferenceException>(() => analyzer.Analyze(Request(("x", X(0)))));

        Assert.Equal(
            "The request has 0 rows, but output 'total' has no rows to be left out: send at least one row.", exception.Message);
    }

    [Fact]
    public void Key_FixedShapes_AreAllEqual()
    {
        var analyzer = new RequestAnalyzer(Model([new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }]));

        Assert.Equal(analyzer.Analyze(Request(("x", X(1)))).Key, analyzer.Analyze(Request(("x", X(9)))).Key);
    }

    [Fact]
    public void Key_OptionalInputAndFreeDimension_Split()
    {
        var analyzer = new RequestAnalyzer(_model);
        var without = analyzer.Analyze(Request(("x", X(1))));
        var with3 = analyzer.Analyze(Request(("x", X(1)), ("y", I64(1, 2, 3))));
        var with4 = analyzer.Analyze(Request(("x", X(2)), ("y", I64(2, 2, 4))));
        var again = analyzer.Analyze(Request(("y", I64(5, 2, 3)), ("x", X(5))));

        Assert.Equal(3, new[] { without.Key, with3.Key, with4.Key }.Distinct().Count());
        Assert.Equal(with3.Key, again.Key);
    }

    [Fact]
    public void Key_RaggedLengthMaskAndOutputs_DoNotSplit()
    {
        var analyzer = new RequestAnalyzer(_ragged);
        var short1 = analyzer.Analyze(Request(("ids", I64(1, 3))));
        var request = Request(("ids", I64(2, 8)), ("mask", I64(2, 8)));
        request.Outputs = ["ids_out"];
        var long2 = analyzer.Analyze(request);

        Assert.Equal(short1.Key, long2.Key);
        Assert.Equal([0], long2.Outputs.Order);
    }

    [Fact]
    public void Key_SharedInput_SplitsByItsBytes()
    {
        var analyzer = new RequestAnalyzer(Model(
        [
            new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 },
            new TensorSpec("sr", TensorDataType.Int64, []),
        ]));
        var at16 = analyzer.Analyze(Request(("x", X(1)), ("sr", Scalar(16000))));
        var at8 = analyzer.Analyze(Request(("x", X(1)), ("sr", Scalar(8000))));
        var at16Again = analyzer.Analyze(Request(("x", X(3)), ("sr", Scalar(16000))));

        Assert.NotEqual(at16.Key, at8.Key);
        Assert.Equal(at16.Key, at16Again.Key);
    }

    [Fact]
    public void Key_LargeSharedInput_KeepsRequestsApart()
    {
        var analyzer = new RequestAnalyzer(Model(
        [
            new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 },
            new TensorSpec("table", TensorDataType.UInt8, [-1]),
        ]));
        var request = Request(("x", X(1)), ("table", InferenceTensor.Create(new byte[100_000], 100_000)));

        Assert.NotEqual(analyzer.Analyze(request).Key, analyzer.Analyze(request).Key);
    }

    [Fact]
    public void Key_ManyShapes_StaysBoundedAndNeverGivesAnOldKeyToAnotherShape()
    {
        var analyzer = new RequestAnalyzer(Model([new TensorSpec("x", TensorDataType.UInt8, [-1, -1]) { BatchAxis = 0 }]));
        var shapeOfKey = new Dictionary<int, int>();
        for (var round = 0; round < 2; round++)
        {
            for (var width = 0; width < 10_000; width++)
            {
                var key = analyzer.Analyze(Request(("x", InferenceTensor.Create(new byte[width], 1, width)))).Key;
                Assert.Equal(width, shapeOfKey.TryGetValue(key, out var known) ? known : shapeOfKey[key] = width);
            }
        }
    }

    [Fact]
    public void Outputs_OrderAskedFor_IsKeptAndShared()
    {
        var analyzer = new RequestAnalyzer(_model);

        var first = analyzer.Analyze(Wanting(["b", "a"]));
        var second = analyzer.Analyze(Wanting([new string("ba".AsSpan(0, 1)), "a"]));

        Assert.Equal([1, 0], first.Outputs.Order);
        Assert.Same(first.Outputs, second.Outputs);
        Assert.Equal([0, 1], analyzer.Analyze(Wanting([])).Outputs.Order);
    }

    [Fact]
    public void Outputs_MoreThan64_AreTold()
    {
        var analyzer = new RequestAnalyzer(Model(
            [new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }],
            [.. Enumerable.Range(0, 100).Select(i => new TensorSpec($"o{i}", TensorDataType.FP32, [-1]) { BatchAxis = 0 })]));
        var request = Request(("x", X(1)));
        request.Outputs = ["o99", "o64", "o0"];

        var outputs = analyzer.Analyze(request).Outputs;

        Assert.Equal([99, 64, 0], outputs.Order);
        Assert.Equal([0, 64, 99], Enumerable.Range(0, 100).Where(outputs.Contains));
    }

    [Fact]
    public void Analyze_OpenRank_TakesAnyRankAndSplitsByIt()
    {
        var analyzer = new RequestAnalyzer(Model([new TensorSpec("x", TensorDataType.FP32, []) { BatchAxis = 0 }]));

        Assert.NotEqual(analyzer.Analyze(Request(("x", F32(2, 4)))).Key, analyzer.Analyze(Request(("x", F32(2, 4, 1)))).Key);
        Assert.Equal(analyzer.Analyze(Request(("x", F32(2, 4)))).Key, analyzer.Analyze(Request(("x", F32(3, 4)))).Key);
        Assert.Throws<InferenceException>(() => analyzer.Analyze(Request(("x", F32()))));
    }

    private static InferenceRequest Wanting(string[] outputs)
    {
        var request = Request(("x", X(1)));
        request.Outputs = outputs;
        return request;
    }

    private static InferenceTensor X(int rows) => F32(rows, 4);

    private static InferenceTensor F32(params long[] shape)
        => InferenceTensor.Create(new float[shape.Aggregate(1L, (product, dimension) => product * dimension)], shape);

    private static InferenceTensor I64(params long[] shape)
        => InferenceTensor.Create(new long[shape.Aggregate(1L, (product, dimension) => product * dimension)], shape);

    private static InferenceTensor Scalar(long value) => InferenceTensor.Create(new[] { value });

    // What an adapter with a bug, or an attacker behind one, could hand over.
    private static InferenceTensor Lying(TensorDataType type, byte[] data, params long[] shape)
        => InferenceTensor.Over<byte>(type, data, shape);
}
