// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>What ONNX Runtime's errors mean. Its codes are not public, so its texts are read.</summary>
internal static class OrtErrors
{
    private const string CodePrefix = "[ErrorCode:";

    private static readonly (string Text, EngineFault Fault, string Public)[] _table =
    [
        ("Failed to allocate memory", EngineFault.OutOfMemory, "There was not enough memory for this run."),
        ("out of memory", EngineFault.OutOfMemory, "There was not enough memory for this run."),
        ("CUBLAS_STATUS_ALLOC_FAILED", EngineFault.OutOfMemory, "There was not enough memory for this run."),
        ("std::bad_alloc", EngineFault.OutOfMemory, "There was not enough memory for this run."),
        ("[Invalid Buffer", EngineFault.OutOfMemory, "There was not enough memory for this run."),
        ("narrowing_error", EngineFault.OutOfMemory, "There was not enough memory for this run."),
        ("bad allocation", EngineFault.OutOfMemory, "There was not enough memory for this run."),
        ("indices element out of data bounds", EngineFault.Data, "A value that serves as an index is outside the model's table."),
        ("index out of range", EngineFault.Data, "A value that serves as an index is out of range."),
        ("is out of range", EngineFault.Data, "A value is outside the range that the model takes."),
        ("index out of bounds", EngineFault.Data, "A value that serves as an index is out of range."),
        ("Integer division by zero", EngineFault.Data, "The values lead to a division of an integer by zero."),
        ("but the device does not support it", EngineFault.Run, "The device has no arithmetic in a type that the model computes in."),
        ("illegal memory access", EngineFault.DeviceLost, "The device failed."),
        ("CUDA failure", EngineFault.DeviceLost, "The device failed."),
        ("unspecified launch failure", EngineFault.DeviceLost, "The device failed."),
        ("device-side assert", EngineFault.DeviceLost, "The device failed."),
        ("CUDNN failure", EngineFault.DeviceLost, "The device failed."),
        ("CUBLAS failure", EngineFault.DeviceLost, "The device failed."),
        ("DXGI_ERROR_DEVICE", EngineFault.DeviceLost, "The device failed."),
        ("887A0005", EngineFault.DeviceLost, "The device failed."),
        ("device lost", EngineFault.DeviceLost, "The device failed."),
    ];

    // What providers say when the machine has no such device, or a driver that does not fit.
    private static readonly string[] _deviceMissing =
    [
        "Failed to get a WebGPU",
        "CUDA failure 100:",
        "CUDA failure 101:",
        "CUDA failure 35:",
        "no CUDA-capable device",
        "invalid device ordinal",
        "driver version is insufficient",
    ];

    /// <summary>The name in the message's prefix, such as <c>InvalidArgument</c>; empty when there is none.</summary>
    public static string CodeOf(string message)
    {
        var start = message.IndexOf(CodePrefix, StringComparison.Ordinal);
        var end = start < 0 ? -1 : message.IndexOf(']', start);
        return end < 0 ? "" : message[(start + CodePrefix.Length)..end];
    }

    /// <summary>Whether the text of a failed load says that the device is not there, rather than that the graph is at fault.</summary>
    public static bool IsDeviceMissing(string text)
        => Array.Exists(_deviceMissing, words => text.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>A failed run, in the words of the engine contract.</summary>
    public static EngineException ToEngineException(Exception exception)
    {
        foreach (var (text, fault, words) in _table)
        {
            if (exception.Message.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return new(fault, exception.Message, exception) { PublicMessage = words };
            }
        }

        return new(EngineFault.Run, exception.Message, exception);
    }

    /// <summary>The output whose bound memory has another shape than the run produced, or null when that is not the error.</summary>
    public static string? FindMisshapenOutput(string message)
        => Between(message, "The output OrtValue provided for output '", "'")
            ?? Between(message, "Invalid rank for output: ", " ");

    /// <summary>Why a graph does not load, in words for clients.</summary>
    public static string DescribeLoadFailure(OnnxRuntimeException exception) => CodeOf(exception.Message) switch
    {
        "NoSuchFile" => "A file of the model does not exist. The log has its path.",
        "InvalidProtobuf" => "The model's file is not ONNX, or it is cut off. Export or copy it again.",
        "NotImplemented" => "The graph has an operator, or a type for one, that this ONNX Runtime has not. Update the native package, or export with a lower opset.",
        _ when exception.Message.Contains("External data", StringComparison.OrdinalIgnoreCase)
            => "A file with the model's external data is missing or does not fit. Put it beside the model.",
        _ when Between(exception.Message, "No Op registered for ", " with") is { } op
            => $"The graph uses the operator '{op}', which this ONNX Runtime has not. Add its library to OnnxRuntime:CustomOpLibraries, or export with a lower opset.",
        _ when exception.Message.Contains("under development", StringComparison.OrdinalIgnoreCase)
            => "The graph's opset is newer than this ONNX Runtime. Update the native package, or export with a lower opset.",
        "InvalidGraph" => "The graph is not valid ONNX. The log has the reason.",
        _ => "ONNX Runtime could not load the graph. The log has the reason.",
    };

    private static string? Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        start += before.Length;
        var end = text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? null : text[start..end];
    }
}
