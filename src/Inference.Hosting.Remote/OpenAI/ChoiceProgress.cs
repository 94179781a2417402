// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Which choices of a stream have begun, and which have finished.</summary>
internal sealed class ChoiceProgress
{
    private readonly HashSet<int> _open = [];
    private bool _hasBegun;

    public void Add(int choice, FinishReason? finish)
    {
        _hasBegun = true;
        if (finish is null)
        {
            _open.Add(choice);
        }
        else
        {
            _open.Remove(choice);
        }
    }

    /// <summary>A stream that ends too early is no answer, however cleanly it ends.</summary>
    /// <exception cref="InferenceException">EngineFailed.</exception>
    public void EnsureFinished(RemoteAnswer answer)
    {
        if (!_hasBegun || _open.Count > 0)
        {
            throw answer.Fail(new InferenceException(
                InferenceErrorCode.EngineFailed, "The server behind the model broke off before its answer was complete: try again."));
        }
    }
}
