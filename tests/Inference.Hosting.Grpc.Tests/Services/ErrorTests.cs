// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>The gRPC column of the error table.</summary>
public sealed class ErrorTests
{
    private static readonly TimeSpan _wait = TimeSpan.FromMilliseconds(1250);

    public static TheoryData<InferenceErrorCode, StatusCode, bool> Codes => new()
    {
        { InferenceErrorCode.InvalidInput, StatusCode.InvalidArgument, false },
        { InferenceErrorCode.Unsupported, StatusCode.Unimplemented, false },
        { InferenceErrorCode.NotFound, StatusCode.NotFound, false },
        { InferenceErrorCode.PayloadTooLarge, StatusCode.ResourceExhausted, false },
        { InferenceErrorCode.QueueFull, StatusCode.ResourceExhausted, true },
        { InferenceErrorCode.NotReady, StatusCode.Unavailable, true },
        { InferenceErrorCode.DeadlineExceeded, StatusCode.DeadlineExceeded, false },
        { InferenceErrorCode.EngineFailed, StatusCode.Internal, false },
    };

    [Fact]
    public void Codes_AreAll() => Assert.Equal(
        System.Enum.GetValues<InferenceErrorCode>().Select(code => (code, (StatusCode)ErrorTable.Find(code).GrpcStatus)),
        Codes.Select(row => row.Data).Select(data => (data.Item1, data.Item2)));

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task ModelInfer_Failure_HasTheStatusOfTheTable(InferenceErrorCode code, StatusCode status, bool canRetry)
    {
        var backend = new FakeBackend(_ => throw new InferenceException(code, $"It is {code}: ü.") { RetryAfter = _wait });
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => backend), kestrel: true);

        var exception = await GrpcApp.FailAsync(app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "m" }));

        Assert.Equal(new Status(status, $"It is {code}: ü."), new Status(exception.StatusCode, exception.Status.Detail));
        Assert.Equal(canRetry ? _wait : null, RetryDelayOf(exception));
    }

    [Fact]
    public async Task ModelInfer_FailureWithoutATimeToRetry_HasNoDetails()
    {
        var backend = new FakeBackend(_ => throw new InferenceException(InferenceErrorCode.QueueFull, "Full."));
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => backend));

        Assert.Null(RetryDelayOf(await GrpcApp.FailAsync(app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "m" }))));
    }

    [Fact]
    public async Task ModelInfer_UnexpectedFailure_IsInternalAndTellsNothing()
    {
        var backend = new FakeBackend(_ => throw new InvalidOperationException("secret"));
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => backend));

        var exception = await GrpcApp.FailAsync(app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "m" }));

        Assert.Equal(StatusCode.Internal, exception.StatusCode);
        Assert.DoesNotContain("secret", exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelInfer_ModelThatIsLoading_IsUnavailableWithATimeToRetry()
    {
        var backend = new FakeBackend(_ => new InferenceResponse([]));
        backend.LoadGate.Close();
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => backend), isReady: false);

        var exception = await GrpcApp.FailAsync(app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "m" }));
        backend.LoadGate.Open();

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.NotNull(RetryDelayOf(exception));
    }

    [Fact]
    public async Task ModelInfer_DeadlineOfTheCall_ReachesTheModel()
    {
        var deadline = new TaskCompletionSource<DateTimeOffset?>();
        var backend = new FakeBackend(async (_, cancellationToken) =>
        {
            deadline.TrySetResult(InferenceContext.Current?.Deadline);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return new InferenceResponse([]);
        });
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => backend), kestrel: true);
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(2);

        var exception = await GrpcApp.FailAsync(app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "m" }, deadline: end));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        var seen = await deadline.Task.WaitAsync(GrpcApp.Patience);
        Assert.InRange((seen!.Value - new DateTimeOffset(end)).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task ModelInfer_CallerLeaves_CancelsTheModel()
    {
        var cancelled = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var backend = new FakeBackend(async (_, cancellationToken) =>
        {
            entered.SetResult();
            using var registration = cancellationToken.Register(cancelled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return new InferenceResponse([]);
        });
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => backend), kestrel: true);
        using var source = new CancellationTokenSource();

        var call = app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "m" }, cancellationToken: source.Token);
        await entered.Task.WaitAsync(GrpcApp.Patience);
        await source.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await GrpcApp.FailAsync(call)).StatusCode);
        await cancelled.Task.WaitAsync(GrpcApp.Patience);
    }

    [Fact]
    public async Task ModelInfer_PriorityTimeoutAndParameters_ReachTheModelClamped()
    {
        InferenceRequest? seen = null;
        var backend = new FakeBackend(request =>
        {
            seen = request;
            Assert.Equal((2, TimeSpan.FromSeconds(1)), (request.Priority, request.QueueTimeout));
            Assert.Equal(new Dictionary<string, object> { ["b"] = true, ["d"] = 1.5, ["i"] = -1L, ["s"] = "x", ["u"] = 5L, ["v"] = ulong.MaxValue }, request.Parameters);
            return new InferenceResponse([]);
        });
        await using var app = await GrpcApp.StartAsync(
            services => services.AddModel("m").UseBackend(_ => backend),
            configure: builder =>
            {
                builder.Configuration["Inference:Http:HighestPriority"] = "2";
                builder.Configuration["Inference:Http:MaxQueueTimeout"] = "00:00:01";
            });

        await app.Client.ModelInferAsync(new ModelInferRequest
        {
            ModelName = "m",
            Parameters =
            {
                ["priority"] = new InferParameter { Uint64Param = 1 },
                ["timeout"] = new InferParameter { Int64Param = 5_000_000 },
                ["b"] = new InferParameter { BoolParam = true },
                ["d"] = new InferParameter { DoubleParam = 1.5 },
                ["i"] = new InferParameter { Int64Param = -1 },
                ["s"] = new InferParameter { StringParam = "x" },
                ["u"] = new InferParameter { Uint64Param = 5 },
                ["v"] = new InferParameter { Uint64Param = ulong.MaxValue },
            },
        });

        Assert.NotNull(seen);
    }

    // google.rpc.Status { code = 1, message = 2, details = 3 } with a google.rpc.RetryInfo { retry_delay = 1 }.
    private static TimeSpan? RetryDelayOf(RpcException exception)
    {
        if (exception.Trailers.GetValueBytes("grpc-status-details-bin") is not { } bytes)
        {
            return null;
        }

        var input = new CodedInputStream(bytes);
        Assert.Equal(8U, input.ReadTag());
        Assert.Equal((int)exception.StatusCode, input.ReadInt32());
        Assert.Equal(18U, input.ReadTag());
        Assert.Equal(exception.Status.Detail, input.ReadString());
        Assert.Equal(26U, input.ReadTag());
        var detail = new Any();
        input.ReadMessage(detail);
        Assert.True(input.IsAtEnd);
        Assert.Equal("type.googleapis.com/google.rpc.RetryInfo", detail.TypeUrl);
        var info = detail.Value.CreateCodedInput();
        Assert.Equal(10U, info.ReadTag());
        var delay = new Duration();
        info.ReadMessage(delay);
        return delay.ToTimeSpan();
    }
}
