// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.OnnxRuntime;

/// <summary>All log events of this package.</summary>
internal static partial class OnnxRuntimeLog
{
    [LoggerMessage(500, LogLevel.Information, "Loaded {Model} version {Version} on {Devices} from {Source}; ONNX Runtime {NativeVersion}.", EventName = "OnnxModelLoaded")]
    public static partial void ModelLoaded(this ILogger logger, string model, string version, string devices, string source, string nativeVersion);

    [LoggerMessage(501, LogLevel.Error, "Could not load {Model} version {Version} from {Source}.", EventName = "OnnxModelLoadFailed")]
    public static partial void ModelLoadFailed(this ILogger logger, Exception exception, string model, string version, string source);

    [LoggerMessage(502, LogLevel.Warning, "{Model} falls back from {Requested} to {Device}: {Reason}", EventName = "OnnxDeviceFallback")]
    public static partial void DeviceFallback(this ILogger logger, string model, string requested, string device, string reason);

    [LoggerMessage(503, LogLevel.Error, "{Device} is not available. Native library: {NativePath}, version {NativeVersion}, providers {Providers}. ONNX Runtime said: {Detail}", EventName = "OnnxDeviceUnavailable")]
    public static partial void DeviceUnavailable(this ILogger logger, Exception exception, string device, string nativePath, string nativeVersion, string providers, string detail);

    [LoggerMessage(504, LogLevel.Warning, "ONNX Runtime's environment was created elsewhere in this process, before the first model: its log does not reach this logger.", EventName = "OnnxEnvironmentNotOurs")]
    public static partial void EnvironmentNotOurs(this ILogger logger);

    // The level is ONNX Runtime's own.
    [LoggerMessage(EventId = 505, EventName = "OnnxRuntimeMessage", Message = "{LogId} {Category} {Location}: {Text}")]
    public static partial void NativeMessage(this ILogger logger, LogLevel level, string logId, string category, string location, string text);

    [LoggerMessage(506, LogLevel.Warning, "{Model} is not batched: {Reason}", EventName = "OnnxBatchAxisNotProved")]
    public static partial void BatchAxisNotProved(this ILogger logger, string model, string reason);

    [LoggerMessage(507, LogLevel.Information, "Output {Output} of {Model} does not have the shape that its symbols promise; its memory is taken in each run from now on.", EventName = "OnnxOutputShapeUnpredictable")]
    public static partial void OutputShapeUnpredictable(this ILogger logger, string output, string model);

    [LoggerMessage(508, LogLevel.Information, "{Model} on {Device}: {DeviceNodes} nodes recorded on the device, {CpuNodes} on the processor ({CpuOperators}).", EventName = "OnnxPlacement")]
    public static partial void Placement(this ILogger logger, string model, string device, int deviceNodes, int cpuNodes, string cpuOperators);

    [LoggerMessage(510, LogLevel.Error, "Could not load the library of custom operators {Library}.", EventName = "OnnxCustomOpLibraryFailed")]
    public static partial void CustomOpLibraryFailed(this ILogger logger, Exception exception, string library);

    [LoggerMessage(509, LogLevel.Warning, "Provider library {Library} is of version {ProviderVersion}, ONNX Runtime of version {NativeVersion}: some operators may compute wrongly. Use matching versions.", EventName = "OnnxProviderVersionDiffers")]
    public static partial void ProviderVersionDiffers(this ILogger logger, string library, string providerVersion, string nativeVersion);
}
