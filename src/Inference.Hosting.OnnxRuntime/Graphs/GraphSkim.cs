// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.OnnxRuntime.Sessions;

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>
/// Reads from the file itself what ONNX Runtime does not tell: whose type it is that it cannot take, and which files hold the weights.
/// Skips weights, so it is quick on any size.
/// </summary>
internal static class GraphSkim
{
    /// <summary>The first input or output that cannot be served, as an error; null when the types are not the reason.</summary>
    public static InferenceException? FindUnservable(ModelSource source)
    {
        try
        {
            using var stream = source.OpenRead();
            foreach (var (field, _, model) in new Fields(stream, stream.Length))
            {
                // ModelProto.graph
                if (field == 7 && model is not null)
                {
                    return InGraph(model);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // The file is broken or gone: then ONNX Runtime's own reason is the better one.
        }

        return null;
    }

    /// <summary>Bytes of the graph and of its files with external data.</summary>
    public static long MeasureFiles(ModelSource source)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var stream = source.OpenRead();
            foreach (var (field, _, model) in new Fields(stream, stream.Length))
            {
                if (field == 7 && model is not null)
                {
                    AddExternalFiles(model, files);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // A format of ONNX Runtime's own holds its weights itself.
        }

        return source.Length + files.Sum(source.LengthOf);
    }

    private static void AddExternalFiles(Fields graph, HashSet<string> files)
    {
        foreach (var (field, _, initializer) in graph)
        {
            // GraphProto.initializer
            if (field != 5 || initializer is null)
            {
                continue;
            }

            foreach (var (part, _, entry) in initializer)
            {
                // TensorProto.external_data
                if (part == 13 && entry is not null && ReadEntry(entry) is ("location", var file))
                {
                    files.Add(file);
                }
            }
        }
    }

    private static (string Key, string Value) ReadEntry(Fields entry)
    {
        var (key, value) = ("", "");
        foreach (var (field, _, content) in entry)
        {
            if (field == 1 && content is not null)
            {
                key = content.ReadText();
            }
            else if (field == 2 && content is not null)
            {
                value = content.ReadText();
            }
        }

        return (key, value);
    }

    private static InferenceException? InGraph(Fields graph)
    {
        foreach (var (field, _, value) in graph)
        {
            // GraphProto.input and .output
            if (field is 11 or 12 && value is not null && Describe(value) is var (name, what) && what is not null)
            {
                return OnnxMetadataReader.Refuse(field == 11 ? "input" : "output", name, what);
            }
        }

        return null;
    }

    private static (string Name, string? What) Describe(Fields valueInfo)
    {
        var (name, what) = ("", (string?)null);
        foreach (var (field, _, content) in valueInfo)
        {
            if (field == 1 && content is not null)
            {
                name = content.ReadText();
            }
            else if (field == 2 && content is not null)
            {
                what = DescribeType(content);
            }
        }

        return (name, what);
    }

    private static string? DescribeType(Fields type)
    {
        foreach (var (kind, _, content) in type)
        {
            switch (kind)
            {
                case 1 when content is not null:
                    foreach (var (field, number, _) in content)
                    {
                        if (field == 1 && !ElementTypes.IsServable((int)number))
                        {
                            return $"a tensor of {ElementTypes.NameOf((int)number)}";
                        }
                    }

                    break;
                case 4:
                    return "a sequence";
                case 5:
                    return "a map";
                case 8:
                    return "a sparse tensor";
                case 9:
                    return "an optional";
            }
        }

        return null;
    }

    /// <summary>The fields of one protobuf message inside a stream; what the loop does not read is skipped.</summary>
    private sealed class Fields(Stream stream, long end)
    {
        public IEnumerator<(int Field, ulong Number, Fields? Content)> GetEnumerator()
        {
            while (stream.Position < end)
            {
                var tag = Varint();
                switch (tag & 7)
                {
                    case 0:
                        yield return ((int)(tag >> 3), Varint(), null);
                        break;
                    case 1:
                        stream.Position += 8;
                        break;
                    case 2:
                        var length = Varint();
                        var next = stream.Position + (long)length;
                        if (length > (ulong)end || next > end)
                        {
                            throw new InvalidDataException();
                        }

                        yield return ((int)(tag >> 3), 0, new Fields(stream, next));
                        stream.Position = next;
                        break;
                    case 5:
                        stream.Position += 4;
                        break;
                    default:
                        throw new InvalidDataException();
                }
            }
        }

        public string ReadText()
        {
            var bytes = new byte[Math.Min(end - stream.Position, 4096)];
            stream.ReadExactly(bytes);
            return Encoding.UTF8.GetString(bytes);
        }

        private ulong Varint()
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = stream.ReadByte();
                if (next < 0)
                {
                    throw new InvalidDataException();
                }

                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new InvalidDataException();
        }
    }
}
