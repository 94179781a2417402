// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting;

/// <summary>One call of a model with tensors. Reusable once its call has completed; not thread-safe.</summary>
public sealed class InferenceRequest
{
    /// <summary>The caller's own id, or null; protocols echo it.</summary>
    public string? Id { get; set; }

    /// <summary>Inputs as the metadata names them, each of shape [rows, …] where the model batches.</summary>
    public TensorCollection Inputs { get; } = [];

    /// <summary>Names of the wanted outputs, or null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; set; }

    /// <summary>Values for the backend: text, numbers and booleans by name; null when there are none.</summary>
    public IReadOnlyDictionary<string, object>? Parameters { get; set; }

    /// <summary>1 is the highest; 0 takes the context's, else the model's default.</summary>
    public int Priority { get; set; }

    /// <summary>How long the request may wait in the queue; null is bounded by the deadline alone.</summary>
    public TimeSpan? QueueTimeout { get; set; }

    /// <summary>When the answer is of no more use, in UTC; null takes the context's.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>Whose call it is; null takes the context's.</summary>
    public string? Tenant { get; set; }

    /// <summary>The version to use; null takes the context's, else the latest.</summary>
    public string? Version { get; set; }

    /// <summary>What happens when the request cannot be taken now; null takes the context's.</summary>
    public InferenceOverflow? Overflow { get; set; }

    /// <summary>Takes everything off, so that the object can serve another call.</summary>
    public void Reset()
    {
        Inputs.Clear();
        (Id, Outputs, Parameters, Tenant, Version) = (null, null, null, null, null);
        (Priority, QueueTimeout, Deadline, Overflow) = (0, null, null, null);
    }
}
