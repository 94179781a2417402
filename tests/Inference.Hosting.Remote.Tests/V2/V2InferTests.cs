// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Remote.Tests.V2.Support;
using Inference.Hosting.Remote.V2;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.Tests.V2;

/// <summary>Calls of models of our own server, which is another app.</summary>
[Collection("V2")]
public sealed class V2InferTests(SharedServer shared) : IClassFixture<SharedServer>
{
    public static TheoryData<Way, TensorDataType> EachType
    {
        get
        {
            var data = new TheoryData<Way, TensorDataType>();
            foreach (var way in Enum.GetValues<Way>())
            {
                foreach (var type in Enum.GetValues<TensorDataType>())
                {
                    data.Add(way, type);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EachType))]
    public async Task InferAsync_AnyShapeOfEachType_GoesThereAndBack(Way way, TensorDataType type)
    {
        var random = new Random((int)type);
        for (var i = 0; i < 20; i++)
        {
            var sent = RandomTensors.Create(random, type, areTexts: way == Way.Json, random.Next(5), random.Next(9));
            var request = new InferenceRequest { Inputs = { { "x", sent } } };

            using var response = await shared[way]["id-" + type.ToV2Name()].InferAsync(request);

            var got = response["y"];
            Assert.Equal(sent.Shape, got.Shape);
            Assert.Equal(type, got.DataType);
            Assert.Equal(sent.Bytes, got.Bytes);
        }
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Json)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_SeveralMegabytes_GoThereAndBack(Way way)
    {
        var sent = RandomTensors.Create(new Random(1), TensorDataType.FP32, areTexts: true, 1024, 1536);

        using var response = await shared[way]["id-FP32"].InferAsync(new InferenceRequest { Inputs = { { "x", sent } } });

        Assert.True(sent.Bytes.SequenceEqual(response["y"].Bytes));
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Json)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_SomeOutputs_AreInTheOrderAskedFor(Way way)
    {
        using var all = await shared[way]["addsub"].InferAsync(AddSub(2));
        using var two = await shared[way]["addsub"].InferAsync(AddSub(2, "OUTPUT1", "OUTPUT0"));
        using var one = await shared[way]["addsub"].InferAsync(AddSub(2, "OUTPUT1"));

        Assert.Equal(["OUTPUT0", "OUTPUT1"], all.Outputs.Select(output => output.Key));
        Assert.Equal(["OUTPUT1", "OUTPUT0"], two.Outputs.Select(output => output.Key));
        Assert.Equal(["OUTPUT1"], one.Outputs.Select(output => output.Key));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => 2 * i), all["OUTPUT0"].ToArray<int>());
        Assert.All(one["OUTPUT1"].ToArray<int>(), value => Assert.Equal(0, value));
        Assert.Equal(2, all.Timing.BatchSize);
        Assert.Equal("remote", all.Timing.Device);
        Assert.Equal("1", all.Timing.Version);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Json)]
    [InlineData(Way.Grpc)]
    public void Metadata_IsThatOfTheServer(Way way)
    {
        var local = shared.Server.Catalog.GetClient("addsub").Metadata!;
        var remote = shared[way]["addsub"].Metadata!;

        Assert.Equal(local.Inputs, remote.Inputs);
        Assert.Equal(local.Outputs, remote.Outputs);
        Assert.Equal(0, remote.Inputs[0].BatchAxis);
        Assert.Equal("onnxruntime_onnx", remote.Platform);
        Assert.True(remote.SupportsBatching);
        Assert.Equal(8, remote.MaxBatchSize);
        Assert.Equal(["remote"], remote.Devices);
        Assert.Equal("1", remote.Properties["remote_version"]);
        Assert.True(shared[way]["counter"].Metadata!.IsDecoupled);
        Assert.False(shared[way]["id-FP32"].Metadata!.SupportsBatching);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Json)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_Answered_GivesAllMemoryBack(Way way)
    {
        var before = V2Message.Rented;
        for (var i = 0; i < 10; i++)
        {
            (await shared[way]["addsub"].InferAsync(AddSub(1))).Dispose();
        }

        Assert.Equal(before, V2Message.Rented);
        Assert.Equal(0, shared[way].Catalog.Models.Single(model => model.Name == "addsub").Default!.Load!.Value.InFlight);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Json)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_UnknownInput_IsInvalidInTheServersWords(Way way)
    {
        var request = new InferenceRequest { Inputs = { { "INPUT9", InferenceTensor.Create(new int[16], 1, 16) } } };

        var fault = await Assert.ThrowsAsync<InferenceException>(() => shared[way]["addsub"].InferAsync(request).AsTask());

        Assert.Equal(InferenceErrorCode.InvalidInput, fault.Code);
        Assert.Contains("INPUT9", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Json)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_ModelFails_IsEngineFailedOnce(Way way)
    {
        var before = Executions();
        var request = new InferenceRequest { Inputs = { { "x", InferenceTensor.Create([1], 1) } } };

        var fault = await Assert.ThrowsAsync<InferenceException>(() => shared[way]["faulty"].InferAsync(request).AsTask());

        Assert.Equal(InferenceErrorCode.EngineFailed, fault.Code);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before + 1, Executions());

        long Executions() => shared.Server.Catalog.GetStatistics("faulty")!.Fail.Count;
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Json)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_TwiceInSequence_ReusesTheRequest(Way way)
    {
        var request = AddSub(1);
        request.Id = "7";
        request.Parameters = new Dictionary<string, object> { ["a"] = "text", ["b"] = 1.5, ["c"] = true, ["d"] = -3L, ["e"] = ulong.MaxValue };
        request.Priority = 1;
        request.QueueTimeout = TimeSpan.FromSeconds(30);
        request.Deadline = DateTimeOffset.MaxValue;

        using var first = await shared[way]["addsub"].InferAsync(request);
        using var second = await shared[way]["addsub"].InferAsync(request);

        Assert.Equal(first["OUTPUT0"].ToArray<int>(), second["OUTPUT0"].ToArray<int>());
    }

    [Fact]
    public async Task InferStreamAsync_DecoupledOverGrpc_GivesEachAnswer()
    {
        var numbers = new List<int>();
        await foreach (var response in shared[Way.Grpc]["counter"].InferStreamAsync(Count(5)))
        {
            using (response)
            {
                numbers.Add(response["number"].ToArray<int>()[0]);
            }
        }

        Assert.Equal([0, 1, 2, 3, 4], numbers);
        await foreach (var response in shared[Way.Grpc]["counter"].InferStreamAsync(Count(0)))
        {
            Assert.Fail($"There is no answer, but it is {response}.");
        }
    }

    [Fact]
    public async Task InferAsync_DecoupledOverGrpc_NeedsOneAnswer()
    {
        using var one = await shared[Way.Grpc]["counter"].InferAsync(Count(1));
        var none = await Assert.ThrowsAsync<InferenceException>(() => shared[Way.Grpc]["counter"].InferAsync(Count(0)).AsTask());
        var several = await Assert.ThrowsAsync<InferenceException>(() => shared[Way.Grpc]["counter"].InferAsync(Count(2)).AsTask());
        var invalid = await Assert.ThrowsAsync<InferenceException>(() => shared[Way.Grpc]["counter"].InferAsync(Count(-2)).AsTask());

        Assert.Equal(0, one["number"].ToArray<int>()[0]);
        Assert.Equal(InferenceErrorCode.Unsupported, none.Code);
        Assert.Equal(InferenceErrorCode.Unsupported, several.Code);
        Assert.Equal(InferenceErrorCode.InvalidInput, invalid.Code);
        Assert.Contains("-2", invalid.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InferStreamAsync_OverRest_GivesTheOnlyAnswer()
    {
        var count = 0;
        await foreach (var response in shared[Way.Binary]["addsub"].InferStreamAsync(AddSub(1)))
        {
            response.Dispose();
            count++;
        }

        Assert.Equal(1, count);
    }

    [Theory]
    [InlineData(TensorDataType.FP32)]
    [InlineData(TensorDataType.Bytes)]
    public async Task InferAsync_WhatJsonCannotCarry_IsRefusedHere(TensorDataType type)
    {
        var tensor = type == TensorDataType.FP32
            ? InferenceTensor.Create([1f, float.NaN], 1, 2)
            : InferenceTensor.FromBytes(type, new byte[] { 1, 0, 0, 0, 0xFF }, [1, 1]);

        var fault = await Assert.ThrowsAsync<InferenceException>(
            () => shared[Way.Json]["id-" + type.ToV2Name()].InferAsync(new InferenceRequest { Inputs = { { "x", tensor } } }).AsTask());

        Assert.Equal(InferenceErrorCode.Unsupported, fault.Code);
    }

    private static InferenceRequest Count(int count) => new() { Inputs = { { "count", InferenceTensor.Create([count], 1) } } };

    private static InferenceRequest AddSub(int rows, params string[] outputs)
    {
        var values = Enumerable.Range(0, rows * 16).ToArray();
        return new InferenceRequest
        {
            Inputs = { { "INPUT0", InferenceTensor.Create(values, rows, 16) }, { "INPUT1", InferenceTensor.Create(values, rows, 16) } },
            Outputs = outputs.Length == 0 ? null : outputs,
        };
    }
}
