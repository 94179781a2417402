// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>Makes the calls of capabilities that other models may answer.</summary>
/// <param name="chain">The models.</param>
/// <param name="find">A capability of one of them, by its index; null when it offers none.</param>
internal sealed class FallbackCallsSource(FallbackChain chain, Func<int, object?> find) : ICallsSource
{
    public CapabilityCalls<TCapability> Create<TCapability>()
        where TCapability : class
        => new FallbackCalls<TCapability>(chain, index => (TCapability?)find(index));
}
