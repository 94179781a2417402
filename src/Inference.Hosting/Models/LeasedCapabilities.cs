// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary>The capabilities that a backend may offer by itself, each call on a lease of one version.</summary>
internal static class LeasedCapabilities
{
    public static object? Create(Type capability, ModelHost host)
        => capability == typeof(IEmbeddingModel) ? new LeasedEmbeddingModel(host)
            : capability == typeof(IReranker) ? new LeasedReranker(host)
            : capability == typeof(ITextClassifier) ? new LeasedTextClassifier(host)
            : capability == typeof(ITokenCodec) ? new LeasedTokenCodec(host)
            : capability == typeof(ITextGenerator) ? new LeasedTextGenerator(host)
            : capability == typeof(IChatModel) ? new LeasedChatModel(host)
            : capability == typeof(IOpenAIPassThrough) ? new LeasedOpenAIPassThrough(host)
            : capability == typeof(IExplainer) ? new LeasedExplainer(host)
            : capability == typeof(ITokenGenerator) ? new LeasedTokenGenerator(host)
            : null;
}
