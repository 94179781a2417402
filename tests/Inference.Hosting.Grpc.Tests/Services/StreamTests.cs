// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>ModelStreamInfer.</summary>
public sealed class StreamTests(SharedApp apps)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ModelStreamInfer_ManyRequests_AreAnsweredInOrder(bool kestrel)
    {
        using var call = apps[kestrel].Client.ModelStreamInfer();
        var writing = WriteAsync(call, [.. Enumerable.Range(0, 200).Select(i => Requests.AddSub($"{i}"))]);

        var answers = await ReadAllAsync(call);

        await writing;
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), answers.Select(answer => answer.InferResponse.Id));
        Assert.All(answers, answer => Assert.Empty(answer.ErrorMessage));
        Assert.All(answers, answer => Assert.Equal(2, Requests.Read<int>(answer.InferResponse.RawOutputContents[0])[0]));
        Assert.All(answers, answer => Assert.True(IsFinal(answer)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ModelStreamInfer_BadRequestInBetween_IsAMessageAndTheStreamGoesOn(bool kestrel)
    {
        var bad = Requests.AddSub("bad");
        bad.Inputs[0].Datatype = "FP32";
        var unknown = Requests.AddSub("unknown");
        unknown.ModelName = "nobody";
        using var call = apps[kestrel].Client.ModelStreamInfer();
        var writing = WriteAsync(call, Requests.AddSub("first"), bad, unknown, Requests.AddSub("last"));

        var answers = await ReadAllAsync(call);

        await writing;
        Assert.Equal(["first", "bad", "unknown", "last"], answers.Select(answer => answer.InferResponse.Id));
        Assert.Contains("INPUT0", answers[1].ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'nobody'", answers[2].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(["", ""], [answers[0].ErrorMessage, answers[3].ErrorMessage]);
        Assert.Empty(answers[1].InferResponse.Outputs);
    }

    [Fact]
    public async Task ModelStreamInfer_WithTheErrorHeader_EndsWithTheStatus()
    {
        var bad = Requests.AddSub("bad");
        bad.Inputs[0].Datatype = "FP32";
        using var call = apps[kestrel: true].Client.ModelStreamInfer(new Metadata { { "triton_grpc_error", "true" } });
        await WriteAsync(call, Requests.AddSub("first"), bad);

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("first", call.ResponseStream.Current.InferResponse.Id);
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(0, true)]
    [InlineData(3, true)]
    public async Task ModelStreamInfer_DecoupledModel_AnswersAsOftenAsItLikes(int count, bool wantsFinal)
    {
        var request = Requests.Count(count, "c");
        if (wantsFinal)
        {
            request.Parameters["triton_enable_empty_final_response"] = new InferParameter { BoolParam = true };
        }

        using var call = apps[kestrel: true].Client.ModelStreamInfer();
        await WriteAsync(call, request, Requests.AddSub("next"));

        var answers = await ReadAllAsync(call);

        Assert.Equal(count + (wantsFinal ? 2 : 1), answers.Count);
        Assert.Equal(Enumerable.Range(0, count), answers.Take(count).Select(answer => Requests.Read<int>(answer.InferResponse.RawOutputContents[0])[0]));
        Assert.All(answers.Take(count), answer => Assert.False(IsFinal(answer)));
        Assert.Equal("next", answers[^1].InferResponse.Id);
        if (wantsFinal)
        {
            Assert.Equal(("c", "counter"), (answers[count].InferResponse.Id, answers[count].InferResponse.ModelName));
            Assert.True(IsFinal(answers[count]));
            Assert.Empty(answers[count].InferResponse.Outputs);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task ModelInfer_DecoupledModelThatDoesNotAnswerOnce_IsUnimplementedAndSaysWhatToUse(int count)
    {
        var exception = await GrpcApp.FailAsync(apps[kestrel: false].Client.ModelInferAsync(Requests.Count(count)));

        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
        Assert.Contains("ModelStreamInfer", exception.Status.Detail, StringComparison.Ordinal);
        var once = await apps[kestrel: false].Client.ModelInferAsync(Requests.Count(1));
        Assert.Equal([0], Requests.Read<int>(once.RawOutputContents[0]));
    }

    [Fact]
    public async Task ModelStreamInfer_CallerLeaves_ItsFunctionEnds()
    {
        await using var app = await GrpcApp.StartAsync(TestModels.Add, kestrel: true);
        using (var call = app.Client.ModelStreamInfer())
        {
            await call.RequestStream.WriteAsync(Requests.Count(int.MaxValue));
            Assert.True(await call.ResponseStream.MoveNext());
        }

        while (app.Catalog.Models.Single(model => model.Name == "counter").Versions[0].Load!.Value.InFlight > 0)
        {
            await Task.Yield();
        }

        Assert.Equal(1, app.Catalog.GetStatistics("counter")!.Cancel.Count);
    }

    [Fact]
    public async Task ModelStreamInfer_ReaderThatDoesNotRead_StopsBeingReadFrom()
    {
        var backend = new FakeBackend(_ => new InferenceResponse(new TensorCollection { { "y", InferenceTensor.Create(new byte[128 << 10], 128 << 10) } }))
        {
            Metadata = new("big", "1", [], [new("y", TensorDataType.UInt8, [-1])]),
        };
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("big").UseBackend(_ => backend), kestrel: true);
        using var call = app.Client.ModelStreamInfer();
        var written = 0;
        var writing = WriteManyAsync();

        // Flow control holds what is sent, and the bound on requests under way what is accepted: far fewer than were offered.
        while (backend.CallCount < 32)
        {
            await Task.Yield();
        }

        Assert.InRange(backend.CallCount, 32, 200);
        var answers = await ReadAllAsync(call);
        await writing;
        Assert.Equal(400, answers.Count);
        Assert.Equal(400, written);

        async Task WriteManyAsync()
        {
            for (; written < 400; written++)
            {
                await call.RequestStream.WriteAsync(new ModelInferRequest { ModelName = "big" });
            }

            await call.RequestStream.CompleteAsync();
        }
    }

    [Fact]
    public async Task ModelStreamInfer_HostStops_AnswersWhatItAcceptedAndEnds()
    {
        var backend = new FakeBackend(_ => new InferenceResponse([]));
        backend.CallGate.Close();

        // In memory: over a socket the client may see the connection close before it has read what came before that.
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("slow").UseBackend(_ => backend));
        using var call = app.Client.ModelStreamInfer();
        await call.RequestStream.WriteAsync(new ModelInferRequest { ModelName = "slow", Id = "accepted" });
        await backend.CallGate.ArrivedAsync(1).WaitAsync(GrpcApp.Patience);

        var stopping = app.StopAsync();
        backend.CallGate.Open();

        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(GrpcApp.Patience));
        Assert.Equal("accepted", call.ResponseStream.Current.InferResponse.Id);
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().WaitAsync(GrpcApp.Patience));
        Assert.True(exception.StatusCode == StatusCode.Unavailable, exception.ToString());
        await stopping.WaitAsync(GrpcApp.Patience);
    }

    internal static async Task WriteAsync(
        AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> call, params ModelInferRequest[] requests)
    {
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
        }

        await call.RequestStream.CompleteAsync();
    }

    internal static async Task<List<ModelStreamInferResponse>> ReadAllAsync(
        AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> call)
    {
        var answers = new List<ModelStreamInferResponse>();
        while (await call.ResponseStream.MoveNext().WaitAsync(GrpcApp.Patience))
        {
            answers.Add(call.ResponseStream.Current);
        }

        return answers;
    }

    private static bool IsFinal(ModelStreamInferResponse answer) => answer.InferResponse.Parameters["triton_final_response"].BoolParam;
}
