// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>What the server says of itself and its models.</summary>
public sealed class QueryTests(SharedApp apps)
{
    private GRPCInferenceService.GRPCInferenceServiceClient Client => apps[kestrel: true].Client;

    [Fact]
    public async Task Server_IsLiveAndReady_AndSaysWhatItIs()
    {
        var metadata = await Client.ServerMetadataAsync(new ServerMetadataRequest());

        Assert.True((await Client.ServerLiveAsync(new ServerLiveRequest())).Live);
        Assert.True((await Client.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.Equal("Inference.Hosting", metadata.Name);
        Assert.NotEmpty(metadata.Version);
        Assert.Contains("statistics", metadata.Extensions);
    }

    [Theory]
    [InlineData("addsub", "", true)]
    [InlineData("addsub", "1", true)]
    [InlineData("addsub", "99", false)]
    [InlineData("nobody", "", false)]
    public async Task V21_ModelReady_IsFalseForWhatIsNotThere(string model, string version, bool ready)
        => Assert.Equal(ready, (await Client.ModelReadyAsync(new ModelReadyRequest { Name = model, Version = version })).Ready);

    [Fact]
    public async Task V22_ModelMetadata_IsThatOfTheGraph()
    {
        var metadata = await Client.ModelMetadataAsync(new ModelMetadataRequest { Name = "addsub", Version = "1" });

        Assert.Equal("addsub", metadata.Name);
        Assert.Equal(["1"], metadata.Versions);
        Assert.Equal("onnxruntime_onnx", metadata.Platform);
        Assert.Equal(["INPUT0", "INPUT1"], metadata.Inputs.Select(input => input.Name));
        Assert.Equal(["OUTPUT0", "OUTPUT1"], metadata.Outputs.Select(output => output.Name));
        Assert.All(metadata.Inputs, input => Assert.Equal("INT32", input.Datatype));
        Assert.All(metadata.Inputs, input => Assert.Equal([-1, 16], input.Shape));
    }

    [Fact]
    public async Task ModelConfig_SpeaksOfOneRow()
    {
        var config = (await Client.ModelConfigAsync(new ModelConfigRequest { Name = "addsub" })).Config;

        Assert.Equal(("addsub", "onnxruntime_onnx", "onnxruntime", 8), (config.Name, config.Platform, config.Backend, config.MaxBatchSize));
        Assert.Equal([16], config.Input[0].Dims);
        Assert.Equal(DataType.TypeInt32, config.Output[1].DataType);
        Assert.NotNull(config.DynamicBatching);
        Assert.Equal(ModelInstanceGroup.Types.Kind.Cpu, config.InstanceGroup[0].Kind);
        Assert.Null(config.ModelTransactionPolicy);
    }

    [Fact]
    public async Task ModelConfig_OfADecoupledModel_SaysSo()
        => Assert.True((await Client.ModelConfigAsync(new ModelConfigRequest { Name = "counter" })).Config.ModelTransactionPolicy.Decoupled);

    [Fact]
    public async Task V47_ModelStatistics_AddUp()
    {
        await using var app = await GrpcApp.StartAsync(TestModels.Add);
        for (var i = 0; i < 5; i++)
        {
            await app.Client.ModelInferAsync(Requests.AddSub());
        }

        var statistics = Assert.Single((await app.Client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = "addsub" })).ModelStats);

        Assert.Equal(("addsub", "1", 5UL, 5UL), (statistics.Name, statistics.Version, statistics.InferenceCount, statistics.InferenceStats.Success.Count));
        Assert.Equal(statistics.InferenceCount, (ulong)statistics.BatchStats.Sum(batch => (long)(batch.BatchSize * batch.ComputeInfer.Count)));
        Assert.Equal(statistics.ExecutionCount, (ulong)statistics.BatchStats.Sum(batch => (long)batch.ComputeInfer.Count));
        Assert.NotEqual(0UL, statistics.LastInference);
        var all = await app.Client.ModelStatisticsAsync(new ModelStatisticsRequest());
        Assert.Equal(app.Catalog.Models.Count, all.ModelStats.Count);
    }

    [Theory]
    [InlineData("nobody", "")]
    [InlineData("addsub", "99")]
    public async Task Queries_OfWhatIsNotThere_AreNotFound(string model, string version)
    {
        Assert.Equal(StatusCode.NotFound, (await GrpcApp.FailAsync(Client.ModelMetadataAsync(new ModelMetadataRequest { Name = model, Version = version }))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await GrpcApp.FailAsync(Client.ModelConfigAsync(new ModelConfigRequest { Name = model, Version = version }))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await GrpcApp.FailAsync(Client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = model, Version = version }))).StatusCode);
    }

    [Fact]
    public async Task CallsThatThisServerDoesNotHave_AreUnimplementedAndSayWhatToUse()
    {
        Assert.Contains("OpenTelemetry", await RefusalAsync(Client.TraceSettingAsync(new TraceSettingRequest())), StringComparison.Ordinal);
        Assert.Contains("Logging", await RefusalAsync(Client.LogSettingsAsync(new LogSettingsRequest())), StringComparison.Ordinal);
        Assert.Contains("raw_input_contents", await RefusalAsync(Client.SystemSharedMemoryStatusAsync(new SystemSharedMemoryStatusRequest())), StringComparison.Ordinal);
        await RefusalAsync(Client.SystemSharedMemoryRegisterAsync(new SystemSharedMemoryRegisterRequest()));
        await RefusalAsync(Client.SystemSharedMemoryUnregisterAsync(new SystemSharedMemoryUnregisterRequest()));
        await RefusalAsync(Client.CudaSharedMemoryStatusAsync(new CudaSharedMemoryStatusRequest()));
        await RefusalAsync(Client.CudaSharedMemoryRegisterAsync(new CudaSharedMemoryRegisterRequest()));
        await RefusalAsync(Client.CudaSharedMemoryUnregisterAsync(new CudaSharedMemoryUnregisterRequest()));

        static async Task<string> RefusalAsync<T>(AsyncUnaryCall<T> call)
        {
            var exception = await GrpcApp.FailAsync(call);
            Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
            return exception.Status.Detail;
        }
    }
}
