// SPDX-License-Identifier: Apache-2.0

using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Execution providers in libraries of their own: registered once per process, never taken out, since sessions may use them.</summary>
internal static class PluginProviders
{
    private static readonly Lock _gate = new();
    private static readonly HashSet<string> _registered = new(StringComparer.Ordinal);

    /// <summary>The i-th GPU that a registered library offers under one of the names, or null.</summary>
    public static OrtEpDevice? FindDevice(OrtEnv environment, string[] names, int index)
        => environment.GetEpDevices()
            .Where(device => names.Contains(device.EpName) && device.HardwareDevice.Type == OrtHardwareDeviceType.GPU)
            .ElementAtOrDefault(index);

    /// <exception cref="InferenceException">The library has no such device; the message lists what there is.</exception>
    /// <exception cref="OnnxRuntimeException">The library cannot be loaded.</exception>
    public static OrtEpDevice Register(ProviderRequest request)
    {
        var (device, environment) = (request.Device, request.Environment);
        var path = Path.GetFullPath(device.Library!);
        if (!File.Exists(path))
        {
            var beside = Path.GetFullPath(device.Library!, AppContext.BaseDirectory);
            path = File.Exists(beside) ? beside : path;
        }

        lock (_gate)
        {
            if (_registered.Add(path))
            {
                try
                {
                    environment.RegisterExecutionProviderLibrary(device.Provider, path);
                }
                catch (OnnxRuntimeException)
                {
                    _registered.Remove(path);
                    throw;
                }
            }
        }

        var found = environment.GetEpDevices().Where(one => one.EpName == device.Provider).ElementAtOrDefault(device.Index)
            ?? throw new InferenceException(
                InferenceErrorCode.NotReady,
                $"The device '{device.ToPublicString()}' does not exist. Devices here: {string.Join(", ", environment.GetEpDevices().Select(one => one.EpName))}.");
        WarnIfVersionsDiffer(request, found);
        return found;
    }

    // A provider of another revision than the core can disagree with it on operators that carry no version.
    private static void WarnIfVersionsDiffer(ProviderRequest request, OrtEpDevice device)
    {
        var native = request.Environment.GetVersionString();
        if (device.EpMetadata.Entries.TryGetValue("version", out var version) && version != native)
        {
            request.Logger.ProviderVersionDiffers(request.Device.Library!, version, native);
        }
    }
}
