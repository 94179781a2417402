// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Checks requests against the metadata of one version and says what may share a run with what. Thread-safe; lock-free on known shapes.</summary>
internal sealed class RequestAnalyzer
{
    // A request that carries more shared bytes than this runs alone instead of being remembered.
    private const int LongestKey = 64 << 10;

    private readonly ModelMetadata _metadata;
    private readonly InputPlan[] _inputs;
    private readonly OutputSelection _allOutputs;
    private readonly InternTable<int> _keys;
    private readonly InternTable<OutputSelection> _selections;
    private readonly string? _rowlessOutput;
    private readonly bool _hasKey;
    private int _lastKey;

    /// <param name="metadata">As proved: with batch and ragged axes.</param>
    public RequestAnalyzer(ModelMetadata metadata)
    {
        _metadata = metadata;
        _inputs = InputPlan.CreateAll(metadata);
        _hasKey = _inputs.Any(input => input.Decides);
        var outputs = metadata.Outputs.Count;
        _allOutputs = new OutputSelection(outputs, [.. Enumerable.Range(0, outputs)]);
        _keys = new InternTable<int>(4096, 16 << 20, _ => Interlocked.Increment(ref _lastKey));
        _selections = new InternTable<OutputSelection>(
            256, 1 << 20, order => new OutputSelection(outputs, MemoryMarshal.Cast<byte, int>(order).ToArray()));
        _rowlessOutput = metadata.SupportsBatching
            ? metadata.Outputs.FirstOrDefault(output => output.BatchAxis is null)?.Name
            : null;
    }

    /// <summary>Validates a request.</summary>
    /// <param name="request">Read, not kept.</param>
    /// <param name="maxLength">Longest accepted length along the ragged axis.</param>
    /// <exception cref="InferenceException">InvalidInput, with all faults of the request.</exception>
    [SkipLocalsInit]
    public RequestLayout Analyze(InferenceRequest request, int maxLength = int.MaxValue)
    {
        var faults = default(RequestFaults);
        var sizes = new RequestSizes(maxLength);
        var key = new KeyWriter(stackalloc byte[256]);
        var found = 0;
        foreach (var input in _inputs)
        {
            if (input.TryFind(request, out var tensor))
            {
                found++;
                if (InputCheck.Run(input, tensor, ref sizes, ref faults) && input.Decides)
                {
                    WriteKey(ref key, input, tensor);
                }
            }
            else if (!input.MayBeMissing)
            {
                faults.Add(input.Name, $"Input {RequestFaults.Quote(input.Name)} is missing: send {Describe(input.Spec)}.");
            }
            else if (input.Decides)
            {
                WriteMissing(ref key, input);
            }
        }

        if (found != request.Inputs.Count)
        {
            FindUnknown(request, ref faults);
        }

        var outputs = Select(request.Outputs, ref faults);
        if (sizes.Rows == 0 && _rowlessOutput is not null)
        {
            faults.Add(
                _rowlessOutput,
                $"The request has 0 rows, but output {RequestFaults.Quote(_rowlessOutput)} has no rows to be left out: send at least one row.");
        }

        var id = faults.Any || !_hasKey ? 0
            : key.Written.Length > LongestKey ? Interlocked.Increment(ref _lastKey)
            : _keys.Get(key.Written);
        key.Dispose();
        return faults.Any
            ? throw faults.ToException()
            : new RequestLayout(sizes.Rows < 0 ? 1 : sizes.Rows, Math.Max(sizes.Length, 0), sizes.Bytes, id, outputs);
    }

    private static string Describe(TensorSpec spec) => $"{spec.DataType.ToV2Name()}{spec.Shape}";

    private static void WriteKey(ref KeyWriter key, InputPlan input, in InferenceTensor tensor)
    {
        key.Write(1);
        var shape = tensor.Shape.Dimensions;
        if (input.IsOpenRank)
        {
            key.Write(shape.Length);
        }

        for (var axis = 0; axis < shape.Length; axis++)
        {
            var masked = !input.IsShared && (axis == input.BatchAxis || axis == input.RaggedAxis);
            if (!masked && (input.IsOpenRank || input.Dimensions[axis] < 0))
            {
                key.Write(shape[axis]);
            }
        }

        if (input.IsShared)
        {
            key.Write(tensor.ByteLength);

            // Beyond the limit the key is not used, only its length.
            key.Write(tensor.Bytes[..Math.Min(tensor.ByteLength, LongestKey + 1)]);
        }
    }

    private static void WriteMissing(ref KeyWriter key, InputPlan input)
    {
        if (!input.Spec.IsMask)
        {
            key.Write(0);
            return;
        }

        // A mask that is made here has the shape that one sent along would have.
        key.Write(1);
        MaskShape.WriteKey(ref key, input);
    }

    private void FindUnknown(InferenceRequest request, ref RequestFaults faults)
    {
        foreach (var (name, _) in request.Inputs.Items)
        {
            if (faults.IsFull)
            {
                return;
            }

            if (!_inputs.Any(input => input.Name == name))
            {
                faults.Add(
                    name,
                    $"The model has no input {RequestFaults.Quote(name)}: leave it out; it takes {Names(_metadata.Inputs)}.");
            }
        }
    }

    [SkipLocalsInit]
    private OutputSelection Select(IReadOnlyList<string>? names, ref RequestFaults faults)
    {
        if (names is null || names.Count == 0)
        {
            return _allOutputs;
        }

        var outputs = _metadata.Outputs;
        var order = outputs.Count <= 64 ? stackalloc int[64] : new int[outputs.Count];
        var count = 0;
        for (var i = 0; i < names.Count && !faults.IsFull; i++)
        {
            var index = IndexOf(names[i]);
            if (index < 0)
            {
                faults.Add(
                    names[i],
                    $"The model has no output {RequestFaults.Quote(names[i])}: ask for some of {Names(outputs)}.");
            }
            else if (order[..count].Contains(index))
            {
                faults.Add(names[i], $"Output {RequestFaults.Quote(names[i])} is asked for twice: name it once.");
            }
            else
            {
                order[count++] = index;
            }
        }

        return faults.Any ? _allOutputs : _selections.Get(MemoryMarshal.AsBytes(order[..count]));
    }

    private int IndexOf(string? name)
    {
        var outputs = _metadata.Outputs;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (string.Equals(outputs[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Names(IReadOnlyList<TensorSpec> specs)
        => string.Join(", ", specs.Take(16).Select(spec => RequestFaults.Quote(spec.Name))) + (specs.Count > 16 ? ", …" : "");
}
