// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Inference.Hosting.Grpc.Calls;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Grpc.Services;

/// <summary>Which calls <see cref="InferenceService"/> answers, those included that it refuses.</summary>
internal sealed class InferenceMethods(GrpcRuntime runtime) : IServiceMethodProvider<InferenceService>
{
    private const string NoSharedMemory = "Shared memory is not supported: send tensors in 'raw_input_contents'.";
    private const string NoTracing = "Tracing is set in the app, with OpenTelemetry: spans have the name of the source Inference.Hosting.";
    private const string NoLogging = "Logging is set in the app: levels in the configuration's section Logging.";

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<InferenceService> context)
    {
        context.AddUnaryMethod(
            InferenceDefinition.Unary("ServerMetadata", ServerMetadataRequest.Parser, ServerMetadataResponse.Parser),
            [],
            static (service, request, call) => service.ServerMetadata(request, call));
        context.AddUnaryMethod(
            InferenceDefinition.Unary("ModelMetadata", ModelMetadataRequest.Parser, ModelMetadataResponse.Parser),
            [],
            static (service, request, call) => service.ModelMetadata(request, call));
        context.AddUnaryMethod(
            InferenceDefinition.Unary("ModelConfig", ModelConfigRequest.Parser, ModelConfigResponse.Parser),
            [],
            static (service, request, call) => service.ModelConfig(request, call));
        context.AddUnaryMethod(
            InferenceDefinition.Unary("ModelStatistics", ModelStatisticsRequest.Parser, ModelStatisticsResponse.Parser),
            [],
            static (service, request, call) => service.ModelStatistics(request, call));

        var requests = InferMarshallers.CreateForRequests(runtime);
        context.AddUnaryMethod(
            new Method<InferMessage, InferAnswer>(MethodType.Unary, InferenceDefinition.ServiceName, "ModelInfer", requests, InferMarshallers.Answers),
            [],
            static (service, request, call) => service.ModelInfer(request, call));
        context.AddDuplexStreamingMethod(
            new Method<InferMessage, InferAnswer>(
                MethodType.DuplexStreaming, InferenceDefinition.ServiceName, "ModelStreamInfer", requests, InferMarshallers.Answers),
            [],
            static (service, reader, writer, call) => service.ModelStreamInfer(reader, writer, call));

        Refuse(context, "TraceSetting", TraceSettingRequest.Parser, TraceSettingResponse.Parser, NoTracing);
        Refuse(context, "LogSettings", LogSettingsRequest.Parser, LogSettingsResponse.Parser, NoLogging);
        RefuseSharedMemory(context);
    }

    private static void RefuseSharedMemory(ServiceMethodProviderContext<InferenceService> context)
    {
        Refuse(context, "SystemSharedMemoryStatus", SystemSharedMemoryStatusRequest.Parser, SystemSharedMemoryStatusResponse.Parser, NoSharedMemory);
        Refuse(context, "SystemSharedMemoryRegister", SystemSharedMemoryRegisterRequest.Parser, SystemSharedMemoryRegisterResponse.Parser, NoSharedMemory);
        Refuse(
            context, "SystemSharedMemoryUnregister", SystemSharedMemoryUnregisterRequest.Parser, SystemSharedMemoryUnregisterResponse.Parser, NoSharedMemory);
        Refuse(context, "CudaSharedMemoryStatus", CudaSharedMemoryStatusRequest.Parser, CudaSharedMemoryStatusResponse.Parser, NoSharedMemory);
        Refuse(context, "CudaSharedMemoryRegister", CudaSharedMemoryRegisterRequest.Parser, CudaSharedMemoryRegisterResponse.Parser, NoSharedMemory);
        Refuse(context, "CudaSharedMemoryUnregister", CudaSharedMemoryUnregisterRequest.Parser, CudaSharedMemoryUnregisterResponse.Parser, NoSharedMemory);
    }

    private static void Refuse<TRequest, TResponse>(
        ServiceMethodProviderContext<InferenceService> context,
        string name,
        MessageParser<TRequest> requests,
        MessageParser<TResponse> responses,
        string why)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
        => context.AddUnaryMethod(InferenceDefinition.Unary(name, requests, responses), [], (_, _, _) => InferenceService.Refuse<TResponse>(why));
}
