// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Remote.V2.Facts;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>Writes and reads the small messages about servers and models.</summary>
internal static class RpcFacts
{
    /// <summary>A message with a name and a version, as all questions about models are.</summary>
    public static byte[] WriteName(string model, string? version)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.Write(1, model);
        writer.Write(2, version);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads ModelReadyResponse.</summary>
    public static bool ReadReady(ReadOnlySpan<byte> message)
    {
        var isReady = false;
        var reader = new WireReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                isReady = reader.ReadVarint() != 0;
            }
            else
            {
                reader.Skip(field, type);
            }
        }

        return isReady;
    }

    /// <summary>Reads ServerMetadataResponse.</summary>
    public static ServerFacts ReadServer(ReadOnlyMemory<byte> message)
    {
        var extensions = new List<string>();
        var reader = new WireReader(message.Span);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 3)
            {
                extensions.Add(reader.ReadString(type));
            }
            else
            {
                reader.Skip(field, type);
            }
        }

        return new ServerFacts { Extensions = extensions };
    }

    /// <summary>Reads ModelMetadataResponse.</summary>
    public static ModelFacts ReadModel(ReadOnlyMemory<byte> message)
    {
        var (versions, inputs, outputs) = (new List<string>(), new List<TensorFacts>(), new List<TensorFacts>());
        string? platform = null;
        var reader = new WireReader(message.Span);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 2:
                    versions.Add(reader.ReadString(type));
                    break;
                case 3:
                    platform = reader.ReadString(type);
                    break;
                case 4:
                    inputs.Add(ReadTensor(reader.ReadBytes(type)));
                    break;
                case 5:
                    outputs.Add(ReadTensor(reader.ReadBytes(type)));
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return new ModelFacts { Versions = versions, Platform = platform, Inputs = inputs, Outputs = outputs };
    }

    /// <summary>Reads ModelConfigResponse.</summary>
    public static ConfigFacts ReadConfig(ReadOnlyMemory<byte> message)
    {
        var config = default(ReadOnlySpan<byte>);
        var reader = new WireReader(message.Span);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                config = reader.ReadBytes(type);
            }
            else
            {
                reader.Skip(field, type);
            }
        }

        return ReadConfiguration(config);
    }

    private static ConfigFacts ReadConfiguration(ReadOnlySpan<byte> config)
    {
        var (inputs, outputs) = (new List<ConfigTensorFacts>(), new List<ConfigTensorFacts>());
        var maxBatchSize = 0;
        var isDecoupled = false;
        var reader = new WireReader(config);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 4:
                    maxBatchSize = (int)reader.ReadVarint();
                    break;
                case 5:
                    inputs.Add(ReadConfigTensor(reader.ReadBytes(type), dims: 4));
                    break;
                case 6:
                    outputs.Add(ReadConfigTensor(reader.ReadBytes(type), dims: 3));
                    break;
                case 19:
                    isDecoupled = ReadReady(reader.ReadBytes(type));
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return new ConfigFacts
        {
            MaxBatchSize = maxBatchSize,
            Inputs = inputs,
            Outputs = outputs,
            Transactions = new TransactionFacts { IsDecoupled = isDecoupled },
        };
    }

    private static TensorFacts ReadTensor(ReadOnlySpan<byte> message)
    {
        string? name = null;
        string? dataType = null;
        var shape = new List<long>();
        var reader = new WireReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    name = reader.ReadString(type);
                    break;
                case 2:
                    dataType = reader.ReadString(type);
                    break;
                case 3:
                    ReadNumbers(ref reader, type, shape);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return new TensorFacts { Name = name, DataType = dataType, Shape = shape };
    }

    private static ConfigTensorFacts ReadConfigTensor(ReadOnlySpan<byte> message, int dims)
    {
        string? name = null;
        var isOptional = false;
        var row = new List<long>();
        var reader = new WireReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                name = reader.ReadString(type);
            }
            else if (field == dims)
            {
                ReadNumbers(ref reader, type, row);
            }
            else if (field == 8 && type == WireType.Varint)
            {
                isOptional = reader.ReadVarint() != 0;
            }
            else
            {
                reader.Skip(field, type);
            }
        }

        return new ConfigTensorFacts { Name = name, Dims = row, IsOptional = isOptional };
    }

    private static void ReadNumbers(ref WireReader reader, WireType type, List<long> numbers)
    {
        if (type == WireType.Varint)
        {
            numbers.Add((long)reader.ReadVarint());
            return;
        }

        var packed = reader.ReadBytes(type);
        var values = new WireReader(packed);
        while (values.Position < packed.Length)
        {
            numbers.Add((long)values.ReadVarint());
        }
    }
}
