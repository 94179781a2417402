// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting;
using Inference.Hosting.Tensors;

namespace QuickStart;

/// <summary>Names the language of a text.</summary>
internal sealed class LanguageDetector(IInferenceClient client)
{
    private const int MaxIds = 2048;

    public async Task<IResult> DetectAsync(string text, CancellationToken cancellationToken)
    {
        var ids = Ids(text);
        return ids.Length == 0
            ? TypedResults.Problem("There is no letter in the text.", statusCode: 400)
            : TypedResults.Ok(await DetectAsync(ids, cancellationToken));
    }

    public async Task<Answer> DetectAsync(long[] ids, CancellationToken cancellationToken)
    {
        using var lease = await client.AcquireAsync(cancellationToken);
        var request = new InferenceRequest { Inputs = { ["ngrams"] = InferenceTensor.Create(ids, 1, ids.Length) } };
        using var response = await lease.InferAsync(request, cancellationToken);
        return Answer.From(response, "probabilities", lease.Metadata.Outputs[0].Labels!);
    }

    /// <summary>The ids of the beginning of a text: some hundred words say enough.</summary>
    public static long[] Ids(string text)
    {
        var ids = NgramIds.Of(text.AsSpan(0, Math.Min(text.Length, MaxIds)));
        return ids.Length <= MaxIds ? ids : ids[..MaxIds];
    }
}
