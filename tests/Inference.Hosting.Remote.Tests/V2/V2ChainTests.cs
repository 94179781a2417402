// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance;
using Inference.Hosting.Remote.Tests.V2.Support;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Remote.Tests.V2;

/// <summary>A server whose models are those of a server, whose models are those of a server: for clients it is a V2 server like any other.</summary>
[Collection("V2")]
public sealed class V2ChainTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("chain-");
    private V2Server _last = null!;

    public async ValueTask InitializeAsync()
    {
        ConformanceModels.WriteTo(_folder.FullName);
        _last = await V2Server.StartAsync(services =>
        {
            foreach (var name in ConformanceModels.Names)
            {
                services.AddModel(name).UseOnnxRuntime(Path.Combine(_folder.FullName, name, "1")).WithBatching(options => options.MaxBatchSize = 8);
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _last.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(Way.Binary, Way.Grpc)]
    [InlineData(Way.Grpc, Way.Binary)]
    [InlineData(Way.Grpc, Way.Grpc)]
    public async Task RunAsync_ThroughTwoServers_StatementsHold(Way first, Way second)
    {
        await using var middle = await V2Server.StartAsync(services => AddAll(services, _last, second));
        await using var front = await V2Server.StartAsync(services => AddAll(services, middle, first));

        var report = await V2Conformance.RunAsync(new ConformanceOptions
        {
            RestAddress = front.Rest,
            GrpcAddress = new Uri($"http://{front.Grpc.Authority}"),
        });

        using var text = new StringWriter();
        report.WriteText(text);
        Assert.True(report.ExitCode == 0, text.ToString());
        Assert.True(report.Holding > 50, text.ToString());
    }

    /// <summary>Any rows of any values, through any two ways, are answered as the model answers itself.</summary>
    [Theory]
    [InlineData(Way.Binary, Way.Json)]
    [InlineData(Way.Json, Way.Grpc)]
    [InlineData(Way.Grpc, Way.Binary)]
    public async Task InferAsync_RandomRequests_AreAnsweredAsByTheModelItself(Way first, Way second)
    {
        await using var middle = await V2Server.StartAsync(services => AddAll(services, _last, second));
        await using var app = await V2App.StartAsync(services => AddAll(services, middle, first));
        var random = new Random((int)first);
        var areTexts = first == Way.Json || second == Way.Json;
        for (var i = 0; i < 100; i++)
        {
            var name = random.GetItems<string>([ConformanceModels.AddSub, ConformanceModels.Types, ConformanceModels.Floats, ConformanceModels.Halves], 1)[0];
            var request = Create(random, _last.Catalog.GetClient(name).Metadata!, areTexts);

            using var own = await _last.Catalog.GetClient(name).InferAsync(request);
            using var through = await app[name].InferAsync(request);

            Assert.Equal(own.Outputs.Select(output => output.Key), through.Outputs.Select(output => output.Key));
            foreach (var (output, tensor) in own.Outputs)
            {
                Assert.Equal(tensor.ToString(), through[output].ToString());
                Assert.True(tensor.Bytes.SequenceEqual(through[output].Bytes), $"{name} {output}{tensor}");
            }
        }
    }

    private static InferenceRequest Create(Random random, ModelMetadata metadata, bool areTexts)
    {
        var (rows, width) = (random.Next(1, 9), random.Next(1, 20));
        var request = new InferenceRequest();
        foreach (var spec in metadata.Inputs)
        {
            long[] shape = [.. spec.Shape.Select((dimension, axis) => dimension >= 0 ? dimension : axis == 0 ? rows : width)];
            request.Inputs.Add(spec.Name, RandomTensors.Create(random, spec.DataType, areTexts || spec.DataType == TensorDataType.Bytes, shape));
        }

        return request;
    }

    private static void AddAll(IServiceCollection services, V2Server server, Way way)
    {
        foreach (var name in ConformanceModels.Names)
        {
            V2App.Add(services, server, way, name);
        }
    }
}
