// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary>The capabilities that a backend may offer by itself.</summary>
internal static class LeasedCapabilities
{
    /// <summary>A capability whose each call is on a lease of one version; null for one that is not known.</summary>
    public static object? Create(Type capability, ModelHost host)
        => capability == typeof(IOpenAIPassThrough) ? new LeasedOpenAIPassThrough(host)
            : capability == typeof(IExplainer) ? new LeasedExplainer(new LeasedCalls<IExplainer>(host))
            : capability == typeof(ITokenCodec) ? new LeasedTokenCodec(new LeasedCalls<ITokenCodec>(host))
            : capability == typeof(ITokenGenerator) ? new LeasedTokenGenerator(new LeasedCalls<ITokenGenerator>(host))
            : CreateText(capability, new Source(host));

    /// <summary>A capability of texts, over calls of any kind; null for others. Token ids mean something else in another model, so they are not among them.</summary>
    public static object? CreateText(Type capability, ICallsSource source)
        => capability == typeof(IEmbeddingModel) ? new LeasedEmbeddingModel(source.Create<IEmbeddingModel>())
            : capability == typeof(IReranker) ? new LeasedReranker(source.Create<IReranker>())
            : capability == typeof(ITextClassifier) ? new LeasedTextClassifier(source.Create<ITextClassifier>())
            : capability == typeof(ITextGenerator) ? new LeasedTextGenerator(source.Create<ITextGenerator>())
            : capability == typeof(IChatModel) ? new LeasedChatModel(source.Create<IChatModel>())
            : null;

    private sealed class Source(ModelHost host) : ICallsSource
    {
        public CapabilityCalls<TCapability> Create<TCapability>()
            where TCapability : class
            => new LeasedCalls<TCapability>(host);
    }
}
