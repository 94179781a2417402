// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.V2;

/// <summary>One inference call: what is asked, of which model.</summary>
/// <param name="Model">As it was described at load.</param>
/// <param name="Request">The caller's, whose tensors are read before the call waits for anything.</param>
internal sealed record V2Call(RemoteModel Model, InferenceRequest Request)
{
    /// <summary>1 is the highest; 0 is the model's default there.</summary>
    public int Priority { get; init; }

    /// <summary>How long the answer is of use.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>Bytes of the body that it became.</summary>
    public int Length { get; set; }
}
