// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.Conformance.Generated;
using Inference.Hosting.Conformance.Rpc;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Protos.Health;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>A good V2 server over gRPC that computes the generated models by hand, down to the frames, so that a test can break any of it.</summary>
/// <param name="before">Sees each request, and may change it or throw a status.</param>
/// <param name="after">Sees each answer or status, and says what is sent instead.</param>
internal sealed class RpcServer(Action<string, IMessage>? before, Func<string, RpcServer.Result, RpcServer.Result>? after)
{
    private long _rows;
    private long _runs;

    /// <summary>An answer, or a status.</summary>
    internal sealed record Result(IMessage? Message, Status Status);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/inference.GRPCInferenceService/{method}", HandleAsync);
        app.MapPost("/grpc.health.v1.Health/Check", HandleAsync);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var method = (string?)context.Request.RouteValues["method"] ?? "Check";
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentType = "application/grpc";
        var status = Status.DefaultSuccess;
        foreach (var frame in Frames(body.ToArray()))
        {
            var result = Answer(method, frame);
            if (result.Message is { } message)
            {
                var header = new byte[5];
                BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), message.CalculateSize());
                await context.Response.Body.WriteAsync((byte[])[.. header, .. message.ToByteArray()]);
            }

            status = result.Status;
        }

        await context.Response.StartAsync();
        context.Response.AppendTrailer("grpc-status", ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(status.Detail));
    }

    private Result Answer(string method, byte[] frame)
    {
        Result result;
        try
        {
            result = new(Call(method, frame), Status.DefaultSuccess);
        }
        catch (RpcException fault)
        {
            result = method == "ModelStreamInfer"
                ? new(new ModelStreamInferResponse { ErrorMessage = fault.Status.Detail }, Status.DefaultSuccess)
                : new(null, fault.Status);
        }

        return after?.Invoke(method, result) ?? result;
    }

    private IMessage Call(string method, byte[] frame) => method switch
    {
        "ServerLive" => new ServerLiveResponse { Live = true },
        "ServerReady" => new ServerReadyResponse { Ready = true },
        "ServerMetadata" => Metadata(),
        "ModelReady" => Read(method, ModelReadyRequest.Parser, frame) is var asked
            ? new ModelReadyResponse { Ready = ConformanceModels.Names.Contains(asked.Name) && asked.Version is "" or "1" }
            : null!,
        "ModelMetadata" => Read(method, ModelMetadataRequest.Parser, frame) is var asked ? Describe(Find(asked.Name, asked.Version)) : null!,
        "ModelInfer" => Infer(Read(method, ModelInferRequest.Parser, frame)),
        "ModelStreamInfer" => new ModelStreamInferResponse { InferResponse = Infer(Read(method, ModelInferRequest.Parser, frame)) },
        "ModelConfig" => Configure(Find(Read(method, ModelConfigRequest.Parser, frame).Name, "")),
        "ModelStatistics" => Count(Find(Read(method, ModelStatisticsRequest.Parser, frame).Name, "")),
        "RepositoryIndex" => Index(),
        "Check" => Read(method, HealthCheckRequest.Parser, frame).Service.Length == 0
            ? new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving }
            : throw Fault(StatusCode.NotFound, "No such service."),
        _ => throw Fault(StatusCode.Unimplemented, "No such method."),
    };

    private T Read<T>(string method, MessageParser<T> parser, byte[] frame)
        where T : IMessage<T>
    {
        var request = parser.ParseFrom(frame);
        before?.Invoke(method, request);
        return request;
    }

    private static ServerMetadataResponse Metadata()
    {
        var answer = new ServerMetadataResponse { Name = "fake", Version = "1" };
        answer.Extensions.Add(["classification", "model_configuration", "model_repository", "statistics"]);
        return answer;
    }

    private static GeneratedModel Find(string name, string version)
        => version is "" or "1" && GeneratedModels.All.FirstOrDefault(model => model.Name == name) is { } model
            ? model
            : throw Fault(StatusCode.NotFound, "No such model or version.");

    private static ModelMetadataResponse Describe(GeneratedModel model)
    {
        var answer = new ModelMetadataResponse { Name = model.Name, Platform = "fake_fake" };
        answer.Versions.Add("1");
        answer.Inputs.Add(model.Inputs.Select(One));
        answer.Outputs.Add(model.Outputs.Select(One));
        return answer;

        static ModelMetadataResponse.Types.TensorMetadata One((string Name, TensorDataType Type, int Size) tensor)
            => new() { Name = tensor.Name, Datatype = tensor.Type.ToV2Name(), Shape = { -1, tensor.Size } };
    }

    private static ModelConfigResponse Configure(GeneratedModel model)
    {
        var config = new ModelConfig { Name = model.Name, MaxBatchSize = model.MaxBatchSize };
        config.Input.Add(model.Inputs.Select(tensor => new ModelInput { Name = tensor.Name }));
        config.Output.Add(model.Outputs.Select(tensor => new ModelOutput { Name = tensor.Name }));
        return new ModelConfigResponse { Config = config };
    }

    private ModelStatisticsResponse Count(GeneratedModel model)
    {
        var stats = new Grpc.Protos.ModelStatistics
        {
            Name = model.Name, Version = "1", InferenceCount = (ulong)_rows, ExecutionCount = (ulong)_runs, InferenceStats = new InferStatistics(),
        };
        stats.BatchStats.Add(new InferBatchStatistics { BatchSize = 1, ComputeInfer = new StatisticDuration { Count = (ulong)_rows } });
        return new ModelStatisticsResponse { ModelStats = { stats } };
    }

    private static RepositoryIndexResponse Index()
    {
        var index = new RepositoryIndexResponse();
        index.Models.Add(ConformanceModels.Names.Select(name => new RepositoryIndexResponse.Types.ModelIndex { Name = name, Version = "1", State = "READY" }));
        return index;
    }

    private ModelInferResponse Infer(ModelInferRequest request)
    {
        var model = Find(request.ModelName, request.ModelVersion);
        var inputs = ReadInputs(request, model);
        (_rows, _runs) = (_rows + inputs[0].Shape[0], _runs + 1);
        var outputs = Compute(model, inputs).ToList();
        var asked = request.Outputs.Count == 0 ? outputs : [.. request.Outputs.Select(output => Choose(output, outputs))];
        var answer = new ModelInferResponse { ModelName = model.Name, ModelVersion = "1", Id = request.Id };
        foreach (var output in asked)
        {
            answer.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor { Name = output.Name, Datatype = output.Type.ToV2Name(), Shape = { output.Shape } });
            answer.RawOutputContents.Add(ByteString.CopyFrom(output.Raw));
        }

        return answer;
    }

    private static List<WireTensor> ReadInputs(ModelInferRequest request, GeneratedModel model)
    {
        Need(request.Inputs.Count == model.Inputs.Length, "There are too many or too few inputs.");
        Need(request.RawInputContents.Count is 0 || request.RawInputContents.Count == request.Inputs.Count, "There is not one raw content for each input.");

        // Inputs have the form of outputs, whose reader checks everything that is left.
        var mirror = new ModelInferResponse();
        foreach (var input in request.Inputs)
        {
            Need(model.Inputs.Any(known => known.Name == input.Name && known.Type.ToV2Name() == input.Datatype), $"'{input.Name}' of {input.Datatype} is not known.");
            mirror.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor
            {
                Name = input.Name, Datatype = input.Datatype, Shape = { input.Shape }, Contents = input.Contents,
            });
        }

        mirror.RawOutputContents.Add(request.RawInputContents);
        try
        {
            return RpcTensors.Outputs(mirror);
        }
        catch (Checking.StatementFailedException fault)
        {
            throw Fault(StatusCode.InvalidArgument, fault.Message);
        }
    }

    private static IEnumerable<WireTensor> Compute(GeneratedModel model, List<WireTensor> inputs)
        => model.Name == ConformanceModels.AddSub
            ? [Combine(inputs, "OUTPUT0", (a, b) => a + b), Combine(inputs, "OUTPUT1", (a, b) => a - b)]
            : model.Nodes.Select(node => inputs.Single(input => input.Name == node.Inputs[0]) with { Name = node.Output });

    private static WireTensor Combine(List<WireTensor> inputs, string name, Func<int, int, int> combine)
    {
        var (left, right) = (MemoryMarshal.Cast<byte, int>(inputs[0].Raw).ToArray(), MemoryMarshal.Cast<byte, int>(inputs[1].Raw).ToArray());
        return WireTensor.Of(name, inputs[0].Shape, [.. left.Zip(right, combine)]);
    }

    private static WireTensor Choose(ModelInferRequest.Types.InferRequestedOutputTensor asked, List<WireTensor> outputs)
    {
        var output = outputs.Find(output => output.Name == asked.Name) ?? throw Fault(StatusCode.InvalidArgument, $"No output '{asked.Name}'.");
        if (!asked.Parameters.TryGetValue("classification", out var classes))
        {
            return output;
        }

        var values = MemoryMarshal.Cast<byte, float>(output.Raw).ToArray();
        var best = values.Select((value, index) => (value, index)).OrderByDescending(one => one.value).Take((int)classes.Int64Param);
        return WireTensor.OfText(asked.Name, [1, classes.Int64Param], [.. best.Select(one => $"{one.value}:{one.index}")]);
    }

    private static IEnumerable<byte[]> Frames(byte[] body)
    {
        for (var i = 0; i < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(i + 1));
            yield return body[(i + 5)..(i + 5 + length)];
            i += 5 + length;
        }
    }

    private static void Need(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw Fault(StatusCode.InvalidArgument, otherwise);
        }
    }

    private static RpcException Fault(StatusCode code, string text) => new(new Status(code, text));
}
