// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Testing;

/// <summary>Answers that need no function.</summary>
internal static class FakeAnswers
{
    public static Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> Always((string Name, InferenceTensor Value)[] outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return (_, _) =>
        {
            var all = new TensorCollection();
            foreach (var (name, value) in outputs)
            {
                all.Add(name, value);
            }

            return new(new InferenceResponse(all));
        };
    }

    public static Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> Never(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return (_, _) => ValueTask.FromException<InferenceResponse>(failure);
    }
}
