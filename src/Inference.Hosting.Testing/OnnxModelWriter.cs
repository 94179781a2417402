// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Testing;

/// <summary>Writes small ONNX files for tests: a graph is named piece by piece, then turned into bytes or saved. Not thread-safe.</summary>
/// <remarks>
/// <c>new OnnxModelWriter().Input("x", TensorDataType.FP32, "batch", 4).Output("y", …).Node("Relu", ["x"], ["y"]).ToBytes()</c> is a model of a few
/// hundred bytes that a real engine runs. Field numbers are those of onnx.proto3. Opset 17 of ai.onnx, 3 of ai.onnx.ml, 1 of com.microsoft; IR version 8.
/// Nothing is checked: a wrong graph is what some tests want.
/// </remarks>
public sealed class OnnxModelWriter
{
    private readonly List<Action<ProtoWriter>> _nodes = [];
    private readonly List<Action<ProtoWriter>> _initializers = [];
    private readonly List<Action<ProtoWriter>> _inputs = [];
    private readonly List<Action<ProtoWriter>> _outputs = [];
    private readonly List<(string Key, string Value)> _metadata = [];
    private readonly List<(string File, byte[] Content)> _external = [];

    /// <summary>The opset of ai.onnx.</summary>
    /// <value>17 by default.</value>
    public int Opset { get; init; } = 17;

    /// <summary>The name of the graph.</summary>
    /// <value><c>graph</c> by default.</value>
    public string GraphName { get; init; } = "graph";

    /// <summary>The ONNX number of an element type.</summary>
    /// <param name="type">A tensor type.</param>
    public static int ElementType(TensorDataType type) => type switch
    {
        TensorDataType.FP32 => 1,
        TensorDataType.UInt8 => 2,
        TensorDataType.Int8 => 3,
        TensorDataType.UInt16 => 4,
        TensorDataType.Int16 => 5,
        TensorDataType.Int32 => 6,
        TensorDataType.Int64 => 7,
        TensorDataType.Bytes => 8,
        TensorDataType.Bool => 9,
        TensorDataType.FP16 => 10,
        TensorDataType.FP64 => 11,
        TensorDataType.UInt32 => 12,
        TensorDataType.UInt64 => 13,
        TensorDataType.BF16 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>Adds a tensor input.</summary>
    public OnnxModelWriter Input(string name, TensorDataType type, params ReadOnlySpan<OnnxDim> dims)
        => Add(_inputs, name, Tensor(ElementType(type), dims.ToArray()));

    /// <summary>Adds a tensor output.</summary>
    public OnnxModelWriter Output(string name, TensorDataType type, params ReadOnlySpan<OnnxDim> dims)
        => Add(_outputs, name, Tensor(ElementType(type), dims.ToArray()));

    /// <summary>Adds a tensor input of an element type that <see cref="TensorDataType"/> does not have.</summary>
    public OnnxModelWriter RawInput(string name, int elementType, params ReadOnlySpan<OnnxDim> dims)
        => Add(_inputs, name, Tensor(elementType, dims.ToArray()));

    /// <summary>Adds a tensor output of an element type that <see cref="TensorDataType"/> does not have.</summary>
    public OnnxModelWriter RawOutput(string name, int elementType, params ReadOnlySpan<OnnxDim> dims)
        => Add(_outputs, name, Tensor(elementType, dims.ToArray()));

    /// <summary>Adds a tensor input whose rank is open.</summary>
    public OnnxModelWriter InputOfAnyRank(string name, TensorDataType type)
        => Add(_inputs, name, Tensor(ElementType(type), null));

    /// <summary>Adds a tensor output whose rank is open.</summary>
    public OnnxModelWriter OutputOfAnyRank(string name, TensorDataType type)
        => Add(_outputs, name, Tensor(ElementType(type), null));

    /// <summary>Adds an output that is a sequence of tensors.</summary>
    public OnnxModelWriter SequenceOutput(string name, TensorDataType element)
        => Add(_outputs, name, type => type.Message(4, sequence => sequence.Message(1, Tensor(ElementType(element), null))));

    /// <summary>Adds an output that is a sequence of maps from INT64 to a scalar, as classifiers of scikit-learn have.</summary>
    public OnnxModelWriter SequenceOfMapsOutput(string name, TensorDataType value)
        => Add(_outputs, name, type => type.Message(4, sequence => sequence.Message(1, element => element.Message(5, map =>
        {
            map.Int(1, ElementType(TensorDataType.Int64));
            map.Message(2, Tensor(ElementType(value), []));
        }))));

    /// <summary>Adds an output that is an optional tensor.</summary>
    public OnnxModelWriter OptionalOutput(string name, TensorDataType element, params ReadOnlySpan<OnnxDim> dims)
    {
        var inner = Tensor(ElementType(element), dims.ToArray());
        return Add(_outputs, name, type => type.Message(9, optional => optional.Message(1, inner)));
    }

    /// <summary>Adds a constant inside the file.</summary>
    public OnnxModelWriter Initializer<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<long> dims)
        where T : unmanaged
    {
        var raw = MemoryMarshal.AsBytes(data).ToArray();
        var type = ElementType(TensorDataTypes.Of<T>());
        var shape = dims.ToArray();
        _initializers.Add(tensor => WriteTensor(tensor, name, type, shape, raw));
        return this;
    }

    /// <summary>Adds a constant of raw bytes, for types without a C# name.</summary>
    public OnnxModelWriter RawInitializer(string name, int elementType, byte[] raw, params ReadOnlySpan<long> dims)
    {
        var shape = dims.ToArray();
        _initializers.Add(tensor => WriteTensor(tensor, name, elementType, shape, raw));
        return this;
    }

    /// <summary>Adds a constant whose data <see cref="Save"/> writes to a file of its own beside the model.</summary>
    public OnnxModelWriter ExternalInitializer<T>(
        string name, ReadOnlySpan<T> data, string file, params ReadOnlySpan<long> dims)
        where T : unmanaged
    {
        var raw = MemoryMarshal.AsBytes(data).ToArray();
        var type = ElementType(TensorDataTypes.Of<T>());
        var shape = dims.ToArray();
        _external.Add((file, raw));
        _initializers.Add(tensor =>
        {
            WriteTensor(tensor, name, type, shape, null);
            Entry(tensor, 13, "location", file);
            Entry(tensor, 13, "offset", "0");
            Entry(tensor, 13, "length", raw.Length.ToString(CultureInfo.InvariantCulture));
            tensor.Int(14, 1);
        });
        return this;
    }

    /// <summary>Adds a constant of strings.</summary>
    public OnnxModelWriter StringInitializer(string name, params ReadOnlySpan<string> values)
    {
        var copy = values.ToArray();
        _initializers.Add(tensor =>
        {
            tensor.Int(1, copy.Length);
            tensor.Int(2, ElementType(TensorDataType.Bytes));
            foreach (var value in copy)
            {
                tensor.Text(6, value);
            }

            tensor.Text(8, name);
        });
        return this;
    }

    /// <summary>Adds a node.</summary>
    /// <param name="op">The operator; <c>com.microsoft:Name</c> for another domain.</param>
    /// <param name="inputs">Names of its inputs; empty for one that is left out.</param>
    /// <param name="outputs">Names of its outputs.</param>
    /// <param name="attributes">Values: long, int, float, string, long[], float[].</param>
    public OnnxModelWriter Node(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var name = $"{op}_{_nodes.Count}";
        _nodes.Add(node =>
        {
            foreach (var input in inputs)
            {
                node.Text(1, input);
            }

            foreach (var output in outputs)
            {
                node.Text(2, output);
            }

            var colon = op.IndexOf(':', StringComparison.Ordinal);
            node.Text(3, name);
            node.Text(4, op[(colon + 1)..]);
            foreach (var (key, value) in attributes)
            {
                node.Message(5, attribute => WriteAttribute(attribute, key, value));
            }

            if (colon >= 0)
            {
                node.Text(7, op[..colon]);
            }
        });
        return this;
    }

    /// <summary>Adds an entry to the file's metadata.</summary>
    public OnnxModelWriter Metadata(string key, string value)
    {
        _metadata.Add((key, value));
        return this;
    }

    /// <summary>The file as bytes, without external data.</summary>
    public byte[] ToBytes()
    {
        var model = new ProtoWriter();
        model.Int(1, 8);
        model.Text(2, "Inference.Hosting.Testing");
        model.Message(7, graph =>
        {
            foreach (var node in _nodes)
            {
                graph.Message(1, node);
            }

            graph.Text(2, GraphName);
            foreach (var initializer in _initializers)
            {
                graph.Message(5, initializer);
            }

            foreach (var input in _inputs)
            {
                graph.Message(11, input);
            }

            foreach (var output in _outputs)
            {
                graph.Message(12, output);
            }
        });
        model.Message(8, opset => opset.Int(2, Opset));
        model.Message(8, opset =>
        {
            opset.Text(1, "com.microsoft");
            opset.Int(2, 1);
        });
        model.Message(8, opset =>
        {
            opset.Text(1, "ai.onnx.ml");
            opset.Int(2, 3);
        });
        foreach (var (key, value) in _metadata)
        {
            Entry(model, 14, key, value);
        }

        return model.ToArray();
    }

    /// <summary>Writes the file, and its external data beside it.</summary>
    /// <param name="path">The model file; its folder is made.</param>
    /// <returns>The full path.</returns>
    public string Save(string path)
    {
        path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(path, ToBytes());
        foreach (var (file, content) in _external)
        {
            File.WriteAllBytes(Path.Combine(folder, file), content);
        }

        return path;
    }

    private OnnxModelWriter Add(List<Action<ProtoWriter>> values, string name, Action<ProtoWriter> type)
    {
        values.Add(value =>
        {
            value.Text(1, name);
            value.Message(2, type);
        });
        return this;
    }

    private static Action<ProtoWriter> Tensor(int elementType, OnnxDim[]? dims) => type => type.Message(1, tensor =>
    {
        tensor.Int(1, elementType);
        if (dims is null)
        {
            return;
        }

        tensor.Message(2, shape =>
        {
            foreach (var dim in dims)
            {
                shape.Message(1, one =>
                {
                    if (dim.Value is { } value)
                    {
                        one.Int(1, value);
                    }
                    else if (dim.Symbol is { } symbol)
                    {
                        one.Text(2, symbol);
                    }
                });
            }
        });
    });

    private static void WriteTensor(ProtoWriter tensor, string name, int type, long[] dims, byte[]? raw)
    {
        foreach (var dim in dims)
        {
            tensor.Int(1, dim);
        }

        tensor.Int(2, type);
        tensor.Text(8, name);
        if (raw is not null)
        {
            tensor.Bytes(9, raw);
        }
    }

    private static void WriteAttribute(ProtoWriter attribute, string name, object value)
    {
        attribute.Text(1, name);
        switch (value)
        {
            case float number:
                attribute.Float(2, number);
                attribute.Int(20, 1);
                break;
            case int or long:
                attribute.Int(3, Convert.ToInt64(value));
                attribute.Int(20, 2);
                break;
            case string text:
                attribute.Bytes(4, Encoding.UTF8.GetBytes(text));
                attribute.Int(20, 3);
                break;
            case float[] numbers:
                Array.ForEach(numbers, number => attribute.Float(7, number));
                attribute.Int(20, 6);
                break;
            case long[] numbers:
                Array.ForEach(numbers, number => attribute.Int(8, number));
                attribute.Int(20, 7);
                break;
            default:
                throw new ArgumentException($"Attribute '{name}' has a value of type {value.GetType()}.", nameof(value));
        }
    }

    private static void Entry(ProtoWriter writer, int field, string key, string value) => writer.Message(field, entry =>
    {
        entry.Text(1, key);
        entry.Text(2, value);
    });
}
