// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>
/// Finds an absent or too old native library before any ONNX Runtime type is touched: the first touch would break those types for the
/// life of the process, with a message that helps nobody.
/// </summary>
internal static unsafe class NativeLibraryCheck
{
    private const string Package = "Microsoft.ML.OnnxRuntime (or Microsoft.ML.OnnxRuntime.Gpu, Microsoft.ML.OnnxRuntime.DirectML)";

    // The managed library asks for the function table of its own minor version.
    private static readonly Version _managed = typeof(InferenceSession).Assembly.GetName().Version!;

    private static readonly Lazy<string?> _problem = new(() => Find(LoadNative, _managed));

    /// <exception cref="InferenceException">The native library is absent or too old; the message names the package.</exception>
    public static void Verify()
    {
        if (_problem.Value is { } problem)
        {
            throw new InferenceException(InferenceErrorCode.NotReady, problem);
        }
    }

    /// <summary>Where the native library was loaded from: for logs only.</summary>
    public static string LoadedPath()
    {
        try
        {
            using var process = Process.GetCurrentProcess();
            foreach (ProcessModule module in process.Modules)
            {
                if (module.ModuleName.StartsWith("libonnxruntime.", StringComparison.OrdinalIgnoreCase)
                    || module.ModuleName.StartsWith("onnxruntime.", StringComparison.OrdinalIgnoreCase))
                {
                    return module.FileName;
                }
            }
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            // Some systems do not let a process list its modules; the path is a help, not a need.
        }

        return "unknown";
    }

    /// <summary>The problem in words for clients, or null.</summary>
    /// <param name="load">Loads the library; 0 when there is none, -1 when the app resolves it by a way of its own.</param>
    /// <param name="managed">Version of the managed library.</param>
    internal static string? Find(Func<nint> load, Version managed)
    {
        var library = load();
        if (library == -1)
        {
            return null;
        }

        var wanted = $"{managed.Major}.{managed.Minor}";
        if (library == 0)
        {
            return $"The native ONNX Runtime library is missing. Add the NuGet package {Package}, version {wanted}, to the app, not to a library. "
                + $"It supports {RuntimeInformation.RuntimeIdentifier} only if it has files for it; Alpine (musl) and macOS on Intel are not supported.";
        }

        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var export))
        {
            return $"The native library named onnxruntime is not ONNX Runtime. Add the NuGet package {Package}, version {wanted}, to the app.";
        }

        var table = (ApiBase*)((delegate* unmanaged[Stdcall]<nint>)export)();
        return Judge(managed, Marshal.PtrToStringUTF8(table->GetVersionString()) ?? "", version => table->GetApi(version));
    }

    /// <summary>The problem with a library's version, or null.</summary>
    /// <param name="managed">Version of the managed library.</param>
    /// <param name="native">Version of the native library.</param>
    /// <param name="getTable">Gives a function table by version, or 0.</param>
    internal static string? Judge(Version managed, string native, Func<uint, nint> getTable)
    {
        // Asking for a table that is not there writes to stderr, so the version is looked at first.
        if (Minor(native) >= managed.Minor || getTable((uint)managed.Minor) != 0)
        {
            return null;
        }

        return $"The native ONNX Runtime library is of version {native}, older than the managed one, {managed.Major}.{managed.Minor}. "
            + $"Set the NuGet package {Package} to version {managed.Major}.{managed.Minor} in the app; when two packages bring a native library, remove one.";
    }

    private static int Minor(string version)
        => version.Split('.') is [_, var minor, ..] && int.TryParse(minor, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static nint LoadNative()
    {
        if (OrtEnv.DisableDllImportResolver || OperatingSystem.IsIOS())
        {
            return -1;
        }

        return NativeLibrary.TryLoad("onnxruntime", typeof(InferenceSession).Assembly, null, out var library)
            || NativeLibrary.TryLoad("onnxruntime", Assembly.GetExecutingAssembly(), null, out library)
            ? library
            : 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ApiBase
    {
        public delegate* unmanaged[Stdcall]<uint, nint> GetApi;
        public delegate* unmanaged[Stdcall]<nint> GetVersionString;
    }
}
