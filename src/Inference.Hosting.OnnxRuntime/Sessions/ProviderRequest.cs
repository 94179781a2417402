// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>What an execution provider needs to know to join a session's options.</summary>
internal sealed record ProviderRequest(
    OrtEnv Environment, SessionOptions Session, OnnxDevice Device, OnnxRuntimeOptions Options, ILogger Logger);
