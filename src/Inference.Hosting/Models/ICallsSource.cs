// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>Makes the calls of any capability of one model.</summary>
internal interface ICallsSource
{
    CapabilityCalls<TCapability> Create<TCapability>()
        where TCapability : class;
}
