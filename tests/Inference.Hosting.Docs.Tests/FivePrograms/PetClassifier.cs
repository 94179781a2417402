// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>From a picture to a name: what comes before and after the model is plain C#.</summary>
internal sealed class PetClassifier(IInferenceClient client)
{
    private const int Size = 8;

    public async Task<Pet> ClassifyAsync(Stream picture, CancellationToken cancellationToken)
    {
        var pixels = (await PortablePixmap.ReadAsync(picture, cancellationToken)).ToPlanes(Size);

        // One lease, so that labels and answer are of one version even while the model is reloaded.
        using var lease = await client.AcquireAsync(cancellationToken);
        var request = new InferenceRequest { Inputs = { ["image"] = InferenceTensor.Create(pixels, 1, 3, Size, Size) } };
        using var response = await lease.InferAsync(request, cancellationToken);
        var probabilities = response["probabilities"].ToArray<float>();
        var best = Array.IndexOf(probabilities, probabilities.Max());
        return new Pet(lease.GetAsset<PetNames>()[best], probabilities[best], lease.Version);
    }
}
