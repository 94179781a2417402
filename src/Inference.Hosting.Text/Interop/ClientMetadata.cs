// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Text.Interop;

/// <summary>What a model behind a client of the app says of itself.</summary>
internal static class ClientMetadata
{
    public static ModelMetadata Of(ModelLoadContext context, string platform)
        => new(context.Model, context.Version, [], []) { Platform = $"inference_hosting_{platform}", Devices = ["remote"] };

    public static InferenceException NoTensors(string model)
        => new(InferenceErrorCode.Unsupported, $"Model '{model}' takes no tensors: call it with texts.");
}
