// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Tensors;
using Metadata = Inference.Hosting.ModelMetadata;

namespace Inference.Hosting.Grpc.Services;

/// <summary>What a model says of itself, as messages.</summary>
internal static class ModelDescriptions
{
    public static ModelMetadataResponse Describe(ModelInfo model, Metadata metadata) => new()
    {
        Name = model.Name,
        Versions = { model.Versions.Select(version => version.Version) },
        Platform = metadata.Platform,
        Inputs = { metadata.Inputs.Select(Describe) },
        Outputs = { metadata.Outputs.Select(Describe) },
        Properties = { metadata.Properties.ToDictionary(property => property.Key, property => property.Value) },
    };

    public static ModelConfig Configure(string name, Metadata metadata)
    {
        var config = new ModelConfig
        {
            Name = name,
            Platform = metadata.Platform,
            Backend = metadata.Platform.Split('_')[0],
            MaxBatchSize = metadata.SupportsBatching ? metadata.MaxBatchSize : 0,
            Input =
            {
                metadata.Inputs.Select(spec => new ModelInput
                {
                    Name = spec.Name,
                    DataType = TypeOf(spec.DataType),
                    Dims = { RowOf(spec, metadata) },
                    Optional = spec.IsOptional,
                }),
            },
            Output =
            {
                metadata.Outputs.Select(spec => new ModelOutput
                {
                    Name = spec.Name,
                    DataType = TypeOf(spec.DataType),
                    Dims = { RowOf(spec, metadata) },
                }),
            },
            InstanceGroup = { metadata.Devices.Select((device, index) => Instance(name, device, index)) },
        };
        if (metadata.SupportsBatching)
        {
            config.DynamicBatching = new ModelDynamicBatching();
        }

        if (metadata.IsDecoupled)
        {
            config.ModelTransactionPolicy = new ModelTransactionPolicy { Decoupled = true };
        }

        return config;
    }

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorSpec spec) => new()
    {
        Name = spec.Name,
        Datatype = spec.DataType.ToV2Name(),
        Shape = { spec.Shape },
    };

    // Where the model batches, the configuration speaks of one row; metadata speaks of the whole.
    private static IEnumerable<long> RowOf(TensorSpec spec, Metadata metadata)
        => metadata.SupportsBatching && spec.BatchAxis is { } axis ? spec.Shape.Where((_, index) => index != axis) : spec.Shape;

    private static ModelInstanceGroup Instance(string name, string device, int index)
    {
        var group = new ModelInstanceGroup { Name = $"{name}_{index}", Count = 1 };
        var colon = device.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && int.TryParse(device.AsSpan(colon + 1), out var gpu))
        {
            group.Kind = ModelInstanceGroup.Types.Kind.Gpu;
            group.Gpus.Add(gpu);
        }
        else
        {
            group.Kind = device.StartsWith("cpu", StringComparison.OrdinalIgnoreCase)
                ? ModelInstanceGroup.Types.Kind.Cpu
                : ModelInstanceGroup.Types.Kind.Auto;
        }

        return group;
    }

    private static DataType TypeOf(TensorDataType type) => type switch
    {
        TensorDataType.Bool => DataType.TypeBool,
        TensorDataType.UInt8 => DataType.TypeUint8,
        TensorDataType.UInt16 => DataType.TypeUint16,
        TensorDataType.UInt32 => DataType.TypeUint32,
        TensorDataType.UInt64 => DataType.TypeUint64,
        TensorDataType.Int8 => DataType.TypeInt8,
        TensorDataType.Int16 => DataType.TypeInt16,
        TensorDataType.Int32 => DataType.TypeInt32,
        TensorDataType.Int64 => DataType.TypeInt64,
        TensorDataType.FP16 => DataType.TypeFp16,
        TensorDataType.BF16 => DataType.TypeBf16,
        TensorDataType.FP32 => DataType.TypeFp32,
        TensorDataType.FP64 => DataType.TypeFp64,
        _ => DataType.TypeString,
    };
}
