// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>What an execution provider can do at the same time.</summary>
internal enum ProviderConcurrency
{
    /// <summary>Anything.</summary>
    Free,

    /// <summary>One run of a session; other sessions are not concerned.</summary>
    OnePerSession,

    /// <summary>One load, copy, run or release among all sessions of the process: they share one queue of the device without a lock.</summary>
    OnePerProcess,
}
