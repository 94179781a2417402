// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Documents and sections that statements come from: the Open Inference Protocol (OIP) and the Triton extensions.</summary>
internal static class Sections
{
    public const string ServerLive = "OIP REST, Server Live";
    public const string ServerReady = "OIP REST, Server Ready";
    public const string ModelReady = "OIP REST, Model Ready";
    public const string ServerMetadata = "OIP REST, Server Metadata";
    public const string ModelMetadata = "OIP REST, Model Metadata";
    public const string MetadataError = "OIP REST, Model Metadata Response JSON Error Object";
    public const string Request = "OIP REST, Inference Request JSON Object";
    public const string RequestInput = "OIP REST, Request Input";
    public const string RequestOutput = "OIP REST, Request Output";
    public const string Response = "OIP REST, Inference Response JSON Object";
    public const string ResponseError = "OIP REST, Inference Response JSON Error Object";
    public const string TensorData = "OIP REST, Tensor Data";
    public const string DataTypes = "OIP, Tensor Data Types";

    public const string RpcHealth = "OIP gRPC, Health";
    public const string RpcServerMetadata = "OIP gRPC, Server Metadata";
    public const string RpcModelMetadata = "OIP gRPC, Model Metadata";
    public const string RpcInference = "OIP gRPC, Inference";
    public const string RpcTensorData = "OIP gRPC, Tensor Data";
    public const string GrpcHealth = "gRPC Health Checking Protocol";

    public const string Practice = "practice of Triton, KServe and MLServer";
    public const string Binary = "Triton, binary_tensor_data";
    public const string RawRequest = "Triton, binary_tensor_data, Raw Binary Request";
    public const string Classification = "Triton, classification";
    public const string Configuration = "Triton, model_configuration";
    public const string Repository = "Triton, model_repository";
    public const string Statistics = "Triton, statistics";
    public const string Schedule = "Triton, schedule_policy";
    public const string Parameters = "Triton, parameters";
    public const string Sequence = "Triton, sequence";
}
