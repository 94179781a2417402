// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Hosting.OnnxRuntime.Sessions;

namespace Inference.Hosting.OnnxRuntime.Tests.Sessions;

public sealed class NativeLibraryCheckTests
{
    private static readonly Version _managed = new(1, 31, 1);

    [Fact]
    public void Find_NoLibrary_NamesThePackage()
    {
        var problem = NativeLibraryCheck.Find(() => 0, _managed)!;

        Assert.Contains("is missing", problem);
        Assert.Contains("Microsoft.ML.OnnxRuntime", problem);
        Assert.Contains("1.31", problem);
    }

    [Fact]
    public void Find_LibraryOfAnotherKind_SaysSo()
    {
        // The C runtime has no OrtGetApiBase.
        var other = NativeLibrary.Load(OperatingSystem.IsWindows() ? "kernel32" : OperatingSystem.IsMacOS() ? "libSystem" : "libc.so.6");
        Assert.Contains("is not ONNX Runtime", NativeLibraryCheck.Find(() => other, _managed));
    }

    [Fact]
    public void Find_TheRealLibrary_HasNoProblem()
        => Assert.Null(NativeLibraryCheck.Find(
            () => NativeLibrary.Load("onnxruntime", typeof(NativeLibraryCheckTests).Assembly, null), _managed));

    [Fact]
    public void Judge_OlderThanTheManagedLibrary_NamesBothVersions()
    {
        var problem = NativeLibraryCheck.Judge(_managed, "1.20.1", _ => 0)!;

        Assert.Contains("1.20.1", problem);
        Assert.Contains("1.31", problem);
        Assert.Contains("remove one", problem);
    }

    [Theory]
    [InlineData("1.31.0", false)]
    [InlineData("1.40.2", false)]
    [InlineData("1.30.0", true)]
    public void Judge_LibraryThatHasTheTable_HasNoProblem(string native, bool isAsked)
    {
        var asked = false;

        Assert.Null(NativeLibraryCheck.Judge(_managed, native, _ =>
        {
            asked = true;
            return 1;
        }));
        Assert.Equal(isAsked, asked);
    }

    [Fact]
    public void LoadedPath_OnceInUse_IsTheNativeLibrary()
    {
        RuntimeHelpers.RunModuleConstructor(typeof(NativeLibraryCheckTests).Module.ModuleHandle);
        Assert.Contains("onnxruntime", Path.GetFileName(NativeLibraryCheck.LoadedPath()));
    }
}
