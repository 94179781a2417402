// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.OnnxRuntime.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Hosting.OnnxRuntime.Tests.Support;

internal static class EnvironmentSetup
{
    /// <summary>Some tests use ONNX Runtime directly; the environment has to be ours all the same, as in an app that only uses us.</summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "A test program.")]
    public static void CreateEnvironment()
    {
        LoadProbe.RunIfAsked();
        OrtEnvironment.Ensure(NullLogger.Instance);
    }
}
