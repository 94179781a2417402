// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.AspNetCore.V2.Reading;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>An inference request as an adapter reads it: each part is checked as it is added. Reused; owns the memory of its tensors until <see cref="Dispose"/>. Not thread-safe.</summary>
public sealed class V2Request : IDisposable
{
    private readonly InferenceHttpOptions _options;
    private readonly List<V2Input> _inputs = [];
    private long _tensorBytes;

    internal V2Request(InferenceHttpOptions options) => _options = options;

    /// <summary>Whether the caller wants a last message without outputs behind the answers of a decoupled model.</summary>
    public bool WantsFinalAnswer { get; internal set; }

    /// <summary>Whether a model was asked, which measures the request itself.</summary>
    public bool IsAsked { get; internal set; }

    /// <summary>The caller's own id, or null.</summary>
    public string? Id => Inference.Id;

    /// <summary>Number of inputs.</summary>
    public int InputCount { get; private set; }

    /// <summary>What goes to the model.</summary>
    internal InferenceRequest Inference { get; } = new();

    /// <summary>How outputs are wanted, in the order of the answer; empty for all of them.</summary>
    internal List<V2Output> Outputs { get; } = [];

    /// <summary>Whether outputs that do not say otherwise are sent as bytes.</summary>
    internal bool BinaryOutputs { get; set; }

    /// <summary>1 is the highest; 0 when the caller named none. Not clamped yet.</summary>
    internal int Priority { get; set; }

    /// <summary>How long the caller lets the request wait in the queue; null for the model's default. Not clamped yet.</summary>
    internal TimeSpan? QueueTimeout { get; set; }

    internal V2Input this[int index] => _inputs[index];

    /// <summary>Sets the caller's own id, which comes back with the answer.</summary>
    /// <param name="id">At most <see cref="InferenceHttpOptions.MaxNameLength"/> characters.</param>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public void SetId(string id) => Inference.Id = Limits.CheckLength(_options, id, "request's 'id'");

    /// <summary>Adds an input, whose data follows.</summary>
    /// <param name="name">As in the metadata.</param>
    /// <param name="dataType">The V2 name of the type.</param>
    /// <param name="shape">Without open dimensions.</param>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public V2Input AddInput(string name, string dataType, ReadOnlySpan<long> shape)
    {
        if (InputCount == _options.MaxTensors)
        {
            throw Limits.TooMany("inputs", _options.MaxTensors, nameof(_options.MaxTensors));
        }

        Limits.CheckLength(_options, name, "name of an input");
        for (var i = 0; i < InputCount; i++)
        {
            if (_inputs[i].Name == name)
            {
                throw new InferenceException(InferenceErrorCode.InvalidInput, $"Input '{name}': the name is given twice.") { Parameter = name };
            }
        }

        var input = AddInput();
        input.Name = name;
        input.SetType(dataType);
        input.SetShape(_options, shape);
        return input;
    }

    /// <summary>Adds an output that is wanted; without any, all are.</summary>
    /// <param name="name">As in the metadata.</param>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public void AddOutput(string name)
    {
        if (Outputs.Count == _options.MaxTensors)
        {
            throw Limits.TooMany("requested outputs", _options.MaxTensors, nameof(_options.MaxTensors));
        }

        Limits.CheckLength(_options, name, "name of a requested output");
        foreach (var output in Outputs)
        {
            if (output.Name == name)
            {
                throw new InferenceException(InferenceErrorCode.InvalidInput, $"Output '{name}' is requested twice.") { Parameter = name };
            }
        }

        Outputs.Add(new V2Output { Name = name });
    }

    /// <summary>Adds a parameter of the request.</summary>
    /// <param name="name">Those of the protocol take effect, others reach the model.</param>
    /// <param name="value">Text, a number or a boolean.</param>
    /// <exception cref="InferenceException">InvalidInput, Unsupported.</exception>
    public void AddParameter(string name, object value)
    {
        CheckParameter(name, value);
        V2Parameters.Apply(this, name, value);
        if (Inference.Parameters?.Count > _options.MaxParameters)
        {
            throw Limits.TooMany("parameters", _options.MaxParameters, nameof(_options.MaxParameters));
        }
    }

    /// <summary>Adds a parameter of the input added last.</summary>
    /// <param name="name">Unknown ones mean nothing.</param>
    /// <param name="value">Text, a number or a boolean.</param>
    /// <exception cref="InferenceException">InvalidInput, Unsupported.</exception>
    public void AddInputParameter(string name, object value)
    {
        CheckParameter(name, value);
        V2Parameters.Apply(_inputs[InputCount - 1], name, value);
    }

    /// <summary>Adds a parameter of the output added last.</summary>
    /// <param name="name">Unknown ones mean nothing.</param>
    /// <param name="value">Text, a number or a boolean.</param>
    /// <exception cref="InferenceException">InvalidInput, Unsupported.</exception>
    public void AddOutputParameter(string name, object value)
    {
        CheckParameter(name, value);
        var output = Outputs[^1];
        V2Parameters.Apply(ref output, name, value);
        Outputs[^1] = output;
    }

    /// <summary>Gives the memory back; the object can be used again.</summary>
    public void Dispose()
    {
        Inference.Reset();
        Outputs.Clear();
        (BinaryOutputs, WantsFinalAnswer, IsAsked, Priority, QueueTimeout) = (false, false, false, 0, null);
        for (var i = 0; i < InputCount; i++)
        {
            _inputs[i].Dispose();
        }

        (InputCount, _tensorBytes) = (0, 0);
    }

    internal V2Input AddInput()
    {
        if (InputCount == _inputs.Count)
        {
            _inputs.Add(new V2Input(this) { Position = InputCount });
        }

        return _inputs[InputCount++];
    }

    /// <summary>Counts bytes of tensors before they are taken.</summary>
    /// <exception cref="InferenceException">PayloadTooLarge.</exception>
    internal void Charge(V2Input input, long bytes)
    {
        _tensorBytes += bytes;
        if (_tensorBytes > _options.MaxTensorBytes)
        {
            throw Limits.TooManyTensorBytes(_options, input.Name);
        }
    }

    /// <summary>Checks contents and makes of all that was read what goes to the model.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    internal void Complete()
    {
        for (var i = 0; i < InputCount; i++)
        {
            var input = _inputs[i];
            BinaryData.CheckContent(input);
            Inference.Inputs.Add(input.Name!, InferenceTensor.FromBytes(input.DataType!.Value, input.Content, input.Shape!.Value));
        }

        if (Outputs.Count > 0)
        {
            Inference.Outputs = [.. Outputs.Select(output => output.Name!)];
        }

        Inference.QueueTimeout = QueueTimeout is { } wanted && _options.MaxQueueTimeout is { } most && wanted > most ? most : QueueTimeout;
        Inference.Priority = Priority == 0 ? 0 : Math.Max(Priority, _options.HighestPriority);
    }

    private void CheckParameter(string name, object value)
    {
        Limits.CheckLength(_options, name, "name of a parameter");
        if (value is string text)
        {
            Limits.CheckLength(_options, text, $"parameter '{name}'");
        }
    }
}
