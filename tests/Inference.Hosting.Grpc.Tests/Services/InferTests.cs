// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>The vectors of ModelInfer.</summary>
public sealed class InferTests(SharedApp apps)
{
    private static readonly string[] _animals = ["Cat", "Dog", "Wolf", "Cat", "Dog", "Wolf", "Dog", "Wolf"];

    /// <summary>Every type that has typed contents, with values at the ends of its range.</summary>
    public static TheoryData<string, bool> TypedTypes => Both(["BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP32", "FP64", "BYTES"]);

    public static TheoryData<string, bool> AllTypes => Both([.. Enum.GetValues<TensorDataType>().Select(type => type.ToV2Name())]);

    private GrpcApp App => apps[kestrel: false];

    [Theory]
    [MemberData(nameof(TypedTypes))]
    public async Task V34_TypedContents_ComeBackTyped(string type, bool kestrel)
    {
        var contents = Typed(type, out var raw);

        var response = await apps[kestrel].Client.ModelInferAsync(Requests.Identity(type, contents, 2, 4));

        var output = Assert.Single(response.Outputs);
        Assert.Equal(("y", type), (output.Name, output.Datatype));
        Assert.Equal([2, 4], output.Shape);
        Assert.Equal(contents, output.Contents);
        Assert.Empty(response.RawOutputContents);

        // And the model saw the bytes that raw contents would have been.
        var bytes = await apps[kestrel].Client.ModelInferAsync(Requests.Identity(type, raw, 2, 4));
        Assert.Equal(raw, Assert.Single(bytes.RawOutputContents));
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public async Task V35_RawContents_ComeBackRaw(string type, bool kestrel)
    {
        Assert.True(TensorDataTypes.TryParse(type, out var dataType));
        var raw = dataType == TensorDataType.Bytes
            ? ByteString.CopyFrom(BytesEncoding.Encode(_animals))
            : ByteString.CopyFrom([.. Enumerable.Range(0, 8 * dataType.GetElementSize()).Select(i => (byte)(dataType == TensorDataType.Bool ? i & 1 : i))]);

        var response = await apps[kestrel].Client.ModelInferAsync(Requests.Identity(type, raw, 2, 4));

        Assert.Equal(raw, Assert.Single(response.RawOutputContents));
        Assert.Equal(type, Assert.Single(response.Outputs).Datatype);
        Assert.Null(response.Outputs[0].Contents);
    }

    [Theory]
    [InlineData("FP16")]
    [InlineData("BF16")]
    public async Task V37_TypedContentsOfHalfTypes_AreRefused(string type)
    {
        var exception = await GrpcApp.FailAsync(App.Client.ModelInferAsync(
            Requests.Identity(type, new InferTensorContents { Fp32Contents = { 1, 2 } }, 1, 2)));

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        Assert.Contains("raw_input_contents", exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddSub_SumsAndSubtracts_WithNameVersionAndId()
    {
        var response = await App.Client.ModelInferAsync(Requests.AddSub("42"));

        Assert.Equal(("addsub", "1", "42"), (response.ModelName, response.ModelVersion, response.Id));
        Assert.Equal(["OUTPUT0", "OUTPUT1"], response.Outputs.Select(output => output.Name));
        Assert.Equal(Enumerable.Range(1, 16).Select(i => 2 * i), Requests.Read<int>(response.RawOutputContents[0]));
        Assert.Equal(new int[16], Requests.Read<int>(response.RawOutputContents[1]));
    }

    [Fact]
    public async Task AddSub_PinnedVersion_Answers()
    {
        var request = Requests.AddSub();
        request.ModelVersion = "1";

        Assert.Equal("1", (await App.Client.ModelInferAsync(request)).ModelVersion);
    }

    [Fact]
    public async Task AddSub_OneOutput_IsAllThatComes()
    {
        var request = Requests.AddSub();
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "OUTPUT1" });

        var response = await App.Client.ModelInferAsync(request);

        Assert.Equal("OUTPUT1", Assert.Single(response.Outputs).Name);
        Assert.Single(response.RawOutputContents);
    }

    [Fact]
    public async Task V42_Classification_GivesTheBestClassesAndTheirLabels()
    {
        var plain = await ClassifyAsync(Requests.Identity("FP32", Requests.Raw([1f, 5f, 10f, 4f]), 1, 4), "y", 2);
        var cut = await ClassifyAsync(Requests.Identity("FP32", Requests.Raw([1f, 5f, 10f, 4f]), 1, 4), "y", 99);
        var metadata = await App.Client.ModelMetadataAsync(new ModelMetadataRequest { Name = "labelled" });
        var request = new ModelInferRequest { ModelName = "labelled", Inputs = { Requests.Input(metadata.Inputs[0].Name, "FP32", 1, 4) } };
        request.RawInputContents.Add(Requests.Raw(new float[4]));
        var labelled = await ClassifyAsync(request, metadata.Outputs[0].Name, 3);

        Assert.Equal(["10:2", "5:1"], plain);
        Assert.Equal(4, cut.Length);
        Assert.Equal(["cat", "dog", "wolf"], labelled.Select(text => text.Split(':')[2]).Order());
    }

    public static TheoryData<string, Action<ModelInferRequest>, string> BadRequests => new()
    {
        { "output twice", request => request.Outputs.Add([Wanted("OUTPUT0"), Wanted("OUTPUT0")]), "OUTPUT0" },
        { "unknown output", request => request.Outputs.Add(Wanted("OUTPUT9")), "OUTPUT9" },
        { "input twice", request => request.Inputs[1].Name = "INPUT0", "INPUT0" },
        { "missing input", request => { request.Inputs.RemoveAt(1); request.RawInputContents.RemoveAt(1); }, "INPUT1" },
        { "unknown input", request => request.Inputs[1].Name = "INPUT9", "INPUT9" },
        { "unnamed input", request => request.Inputs[1].Name = "", "INPUT1" },
        { "unknown type", request => request.Inputs[0].Datatype = "INT322", "INT322" },
        { "no type", request => request.Inputs[0].Datatype = "", "INPUT0" },
        { "other type", request => request.Inputs[0].Datatype = "FP32", "INPUT0" },
        { "negative dimension", request => request.Inputs[0].Shape[0] = -1, "dimension 0" },
        { "too many dimensions", request => request.Inputs[0].Shape.Add(Enumerable.Repeat(1L, 40)), "MaxRank" },
        { "overflowing shape", request => request.Inputs[0].Shape.Add([long.MaxValue, 4]), "overflows" },
        { "other shape", request => request.Inputs[0].Shape[1] = 8, "INPUT0" },
        { "no shape", request => request.Inputs[0].Shape.Clear(), "INPUT0" },
        { "too few bytes", request => request.RawInputContents[0] = request.RawInputContents[0].Memory.Slice(0, 60) is var part ? ByteString.CopyFrom(part.Span) : null!, "60 bytes" },
        { "raw for one input only", request => request.RawInputContents.RemoveAt(1), "1 'raw_input_contents' for 2 inputs" },
        { "raw for nobody", request => request.RawInputContents.Add(ByteString.Empty), "3 'raw_input_contents' for 2 inputs" },
        { "both forms", request => request.Inputs[1].Contents = new InferTensorContents { IntContents = { 1 } }, "INPUT1" },
        { "neither form", request => request.RawInputContents.Clear(), "0 elements" },
        { "wrong field", request => { request.RawInputContents.Clear(); request.Inputs[0].Contents = new InferTensorContents { Fp32Contents = { new float[16] } }; }, "int_contents" },
        { "too many elements", request => { request.RawInputContents.Clear(); request.Inputs[0].Contents = new InferTensorContents { IntContents = { new int[17] } }; }, "17 elements" },
        { "empty parameter", request => request.Parameters["p"] = new InferParameter(), "'p'" },
        { "reserved parameter", request => request.Parameters["triton_x"] = new InferParameter { BoolParam = true }, "triton_x" },
        { "headers", request => request.Parameters["headers"] = new InferParameter { StringParam = "x" }, "headers" },
        { "negative priority", request => request.Parameters["priority"] = new InferParameter { Int64Param = -1 }, "priority" },
        { "unknown priority", request => request.Parameters["priority"] = new InferParameter { Uint64Param = 9 }, "riority" },
        { "long id", request => request.Id = new string('x', 2000), "MaxNameLength" },
        { "long name", request => request.Inputs[0].Name = new string('x', 2000), "MaxNameLength" },
        { "many parameters", request => request.Parameters.Add(Enumerable.Range(0, 200).ToDictionary(i => $"p{i}", i => new InferParameter { Int64Param = i })), "MaxParameters" },
        { "many outputs", request => request.Outputs.Add(Enumerable.Range(0, 2000).Select(i => Wanted($"o{i}"))), "MaxTensors" },
    };

    [Theory]
    [MemberData(nameof(BadRequests), DisableDiscoveryEnumeration = true)]
    public async Task ModelInfer_BadRequest_IsInvalidArgumentAndNamesTheFault(string name, Action<ModelInferRequest> spoil, string named)
    {
        Assert.NotEmpty(name);
        var request = Requests.AddSub();
        spoil(request);

        var exception = await GrpcApp.FailAsync(App.Client.ModelInferAsync(request));

        Assert.True(exception.StatusCode == StatusCode.InvalidArgument, exception.Status.ToString());
        Assert.Contains(named, exception.Status.Detail, StringComparison.Ordinal);
        await App.Client.ModelInferAsync(Requests.AddSub());
    }

    [Theory]
    [InlineData("shared_memory_region")]
    [InlineData("shared_memory_byte_size")]
    public async Task ModelInfer_SharedMemory_IsUnimplementedAndSaysWhy(string parameter)
    {
        var request = Requests.AddSub();
        request.RawInputContents.Clear();
        request.Inputs[0].Parameters[parameter] = new InferParameter { StringParam = "r" };

        var exception = await GrpcApp.FailAsync(App.Client.ModelInferAsync(request));

        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
        Assert.Contains(parameter, exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelInfer_Sequence_IsUnimplemented()
    {
        var request = Requests.AddSub();
        request.Parameters["sequence_id"] = new InferParameter { Int64Param = 7 };

        Assert.Equal(StatusCode.Unimplemented, (await GrpcApp.FailAsync(App.Client.ModelInferAsync(request))).StatusCode);
    }

    [Theory]
    [InlineData("nobody", "")]
    [InlineData("addsub", "99")]
    public async Task ModelInfer_UnknownModelOrVersion_IsNotFound(string model, string version)
    {
        var request = Requests.AddSub();
        (request.ModelName, request.ModelVersion) = (model, version);

        Assert.Equal(StatusCode.NotFound, (await GrpcApp.FailAsync(App.Client.ModelInferAsync(request))).StatusCode);
    }

    [Theory]
    [InlineData("INT8", 128, "-128 to 127")]
    [InlineData("INT8", -129, "-128 to 127")]
    [InlineData("INT16", 32768, "-32768 to 32767")]
    [InlineData("UINT8", 256, "0 to 255")]
    [InlineData("UINT16", 65536, "0 to 65535")]
    public async Task ModelInfer_TypedElementOutOfRange_IsNamedWithItsPlace(string type, int value, string range)
    {
        var contents = type[0] == 'U'
            ? new InferTensorContents { UintContents = { 1, (uint)value } }
            : new InferTensorContents { IntContents = { 1, value } };

        var exception = await GrpcApp.FailAsync(App.Client.ModelInferAsync(Requests.Identity(type, contents, 1, 2)));

        Assert.Contains($"element 1 of its contents is {value}", exception.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(range, exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelInfer_RawBoolThatIsNeither_AndBytesThatLie_AreRefused()
    {
        var flag = await GrpcApp.FailAsync(App.Client.ModelInferAsync(Requests.Identity("BOOL", ByteString.CopyFrom(1, 2), 1, 2)));
        var text = await GrpcApp.FailAsync(App.Client.ModelInferAsync(Requests.Identity("BYTES", ByteString.CopyFrom(9, 0, 0, 0, 1), 1, 1)));

        Assert.Equal((StatusCode.InvalidArgument, StatusCode.InvalidArgument), (flag.StatusCode, text.StatusCode));
    }

    [Fact]
    public async Task ModelInfer_NoElements_AnswersNone()
    {
        var raw = await App.Client.ModelInferAsync(Requests.Identity("FP32", ByteString.Empty, 1, 0));
        var typed = await App.Client.ModelInferAsync(Requests.Identity("FP32", new InferTensorContents(), 1, 0));

        Assert.Equal([1, 0], raw.Outputs[0].Shape);
        Assert.Equal(ByteString.Empty, Assert.Single(raw.RawOutputContents));
        Assert.Equal([1, 0], typed.Outputs[0].Shape);
        Assert.Empty(typed.RawOutputContents);
    }

    [Fact]
    public async Task ModelInfer_NaNAndInfinities_KeepTheirBits()
    {
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f];

        var typed = await App.Client.ModelInferAsync(Requests.Identity("FP32", new InferTensorContents { Fp32Contents = { values } }, 1, 4));
        var raw = await App.Client.ModelInferAsync(Requests.Identity("FP32", Requests.Raw(values), 1, 4));

        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), typed.Outputs[0].Contents.Fp32Contents.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(Requests.Raw(values), raw.RawOutputContents[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ModelInfer_LargeTensor_ComesBackWhole(bool kestrel)
    {
        var values = Enumerable.Range(0, 9 << 20).Select(i => (float)i).ToArray();

        var response = await apps[kestrel].Client.ModelInferAsync(Requests.Identity("FP32", Requests.Raw(values), 9, 1 << 20));

        Assert.Equal(values, Requests.Read<float>(response.RawOutputContents[0]));
    }

    [Fact]
    public async Task ModelInfer_Timing_ComesInTheHeaderWhenAskedFor()
    {
        using var call = App.Client.ModelInferAsync(Requests.AddSub(), new Metadata { { "inference-timing", "true" } });
        await call;

        Assert.Contains("version;desc=\"1\"", (await call.ResponseHeadersAsync).GetValue("inference-timing"), StringComparison.Ordinal);
    }

    private async Task<string[]> ClassifyAsync(ModelInferRequest request, string output, int count)
    {
        var wanted = Wanted(output);
        wanted.Parameters["classification"] = new InferParameter { Int64Param = count };
        request.Outputs.Add(wanted);
        var response = await App.Client.ModelInferAsync(request);
        Assert.Equal("BYTES", response.Outputs[0].Datatype);
        return BytesEncoding.Decode(response.RawOutputContents[0].Span);
    }

    private static ModelInferRequest.Types.InferRequestedOutputTensor Wanted(string name) => new() { Name = name };

    private static TheoryData<string, bool> Both(string[] types)
    {
        var data = new TheoryData<string, bool>();
        foreach (var type in types)
        {
            data.Add(type, false);
            data.Add(type, true);
        }

        return data;
    }

    private static InferTensorContents Typed(string type, out ByteString raw)
    {
        var contents = new InferTensorContents();
        switch (type)
        {
            case "BOOL":
                contents.BoolContents.Add([true, false, true, false, true, false, true, false]);
                raw = ByteString.CopyFrom(1, 0, 1, 0, 1, 0, 1, 0);
                return contents;
            case "INT8":
                contents.IntContents.Add([6, 2, -128, 1, 6, 127, 4, -1]);
                raw = Requests.Raw<sbyte>([6, 2, -128, 1, 6, 127, 4, -1]);
                return contents;
            case "INT16":
                contents.IntContents.Add([6, 2, short.MinValue, 1, 6, short.MaxValue, 4, -1]);
                raw = Requests.Raw<short>([6, 2, short.MinValue, 1, 6, short.MaxValue, 4, -1]);
                return contents;
            case "INT32":
                contents.IntContents.Add([6, 2, 4, 1, 6, int.MaxValue, int.MinValue, -1]);
                raw = Requests.Raw([6, 2, 4, 1, 6, int.MaxValue, int.MinValue, -1]);
                return contents;
            case "INT64":
                contents.Int64Contents.Add([6, 2, 4, 1, (1L << 53) + 1, long.MaxValue, long.MinValue, -1]);
                raw = Requests.Raw([6, 2, 4, 1, (1L << 53) + 1, long.MaxValue, long.MinValue, -1]);
                return contents;
            case "UINT8":
                contents.UintContents.Add([0, 255, 1, 2, 3, 127, 128, 200]);
                raw = Requests.Raw<byte>([0, 255, 1, 2, 3, 127, 128, 200]);
                return contents;
            case "UINT16":
                contents.UintContents.Add([0, 65535, 1, 2, 3, 127, 128, 300]);
                raw = Requests.Raw<ushort>([0, 65535, 1, 2, 3, 127, 128, 300]);
                return contents;
            case "UINT32":
                contents.UintContents.Add([0, uint.MaxValue, 1, 2, 3, 127, 128, 300]);
                raw = Requests.Raw<uint>([0, uint.MaxValue, 1, 2, 3, 127, 128, 300]);
                return contents;
            case "UINT64":
                contents.Uint64Contents.Add([0, ulong.MaxValue, (1UL << 53) + 1, 2, 3, 127, 128, 300]);
                raw = Requests.Raw<ulong>([0, ulong.MaxValue, (1UL << 53) + 1, 2, 3, 127, 128, 300]);
                return contents;
            case "FP32":
                contents.Fp32Contents.Add([6.8f, 2.8f, 4.8f, 1.4f, 6f, 3.4f, 4.5f, 1.6f]);
                raw = Requests.Raw([6.8f, 2.8f, 4.8f, 1.4f, 6f, 3.4f, 4.5f, 1.6f]);
                return contents;
            case "FP64":
                contents.Fp64Contents.Add([6.8, 2.8, 4.8, 1.4, 6, 3.4, 4.5, 1.6]);
                raw = Requests.Raw([6.8, 2.8, 4.8, 1.4, 6, 3.4, 4.5, 1.6]);
                return contents;
            default:
                contents.BytesContents.Add(_animals.Select(animal => ByteString.CopyFrom(Encoding.UTF8.GetBytes(animal))));
                raw = ByteString.CopyFrom(BytesEncoding.Encode(_animals));
                return contents;
        }
    }
}
