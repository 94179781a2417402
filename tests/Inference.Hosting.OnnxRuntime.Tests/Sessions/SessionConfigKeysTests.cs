// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using Inference.Hosting.OnnxRuntime.Sessions;

namespace Inference.Hosting.OnnxRuntime.Tests.Sessions;

public sealed class SessionConfigKeysTests
{
    /// <summary>A key that ONNX Runtime does not read does nothing, in silence: each of ours must stand in its header.</summary>
    [Fact]
    public void All_Keys_StandInTheHeaderOfTheNativePackage()
    {
        var package = typeof(SessionConfigKeysTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "OnnxRuntimePackage").Value!;
        var header = File.ReadAllText(Path.Combine(
            package, "build", "native", "include", "onnxruntime_session_options_config_keys.h"));

        Assert.All(SessionConfigKeys.All, key => Assert.Contains($"\"{key}\"", header));
    }

    [Theory]
    [InlineData("session.disable_prepacking", true)]
    [InlineData("ep.cuda.anything", true)]
    [InlineData("session.disable_prepack", false)]
    public void IsKnown_Key_TellsTyposApart(string key, bool known) => Assert.Equal(known, SessionConfigKeys.IsKnown(key));
}
