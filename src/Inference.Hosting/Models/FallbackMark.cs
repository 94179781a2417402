// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary>Writes the name of the model that answered into an answer.</summary>
internal static class FallbackMark
{
    /// <param name="answer">A result or an item of a stream.</param>
    /// <param name="model">The model that gave it.</param>
    /// <param name="isFirst">Whether it is the first item of a stream, which is marked too: heads are written when it comes.</param>
    public static TAnswer On<TAnswer>(TAnswer answer, string model, bool isFirst = true)
    {
        object? marked = answer switch
        {
            ChatDelta delta when isFirst || delta.Details is not null => delta with { Details = On(delta.Details, model) },
            TextDelta delta when isFirst || delta.Details is not null => delta with { Details = On(delta.Details, model) },
            ChatResult result => result with { Details = On(result.Details, model) },
            TextResult result => result with { Details = On(result.Details, model) },
            EmbeddingResult result => result with { Timing = result.Timing with { Model = model } },
            RerankResult result => result with { Timing = result.Timing with { Model = model } },
            ScoreResult result => result with { Timing = result.Timing with { Model = model } },
            ClassificationResult result => result with { Timing = result.Timing with { Model = model } },
            _ => answer,
        };
        if (answer is InferenceResponse response)
        {
            response.SetModel(model);
        }

        return (TAnswer)marked!;
    }

    private static GenerationDetails On(GenerationDetails? details, string model) => (details ?? new GenerationDetails()) with { Model = model };
}
