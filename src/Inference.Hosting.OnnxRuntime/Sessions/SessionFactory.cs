// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;
using Inference.Hosting.OnnxRuntime.Graphs;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Makes a session on one device, or says why it cannot.</summary>
internal sealed partial class SessionFactory(string model, ModelSource source, OnnxRuntimeOptions options, ILogger logger)
{
    /// <exception cref="InferenceException">The device cannot be had, or the graph does not load; the log has the details.</exception>
    public OnnxSession Create(OnnxDevice device, CancellationToken cancellationToken)
    {
        // 1. The environment, with a place for what ONNX Runtime says on the way.
        var environment = OrtEnvironment.Ensure(logger);
        var log = OrtEnvironment.Open(model, logger);
        try
        {
            // 2. The options, with the provider; creating it may already touch the device.
            using var native = new SessionOptions { LogId = log.Id };
            var request = new ProviderRequest(environment, native, device, options, logger);
            var provider = ExecutionProviders.For(device);
            var gate = SessionGate.For(provider.Concurrency);
            using var entered = gate.Enter();
            Apply(native, provider, device);
            Append(request, provider, log);

            // 3. The graph.
            using var abort = cancellationToken.Register(() => native.SetLoadCancellationFlag(true));
            cancellationToken.ThrowIfCancellationRequested();
            var session = Open(request, provider, log, cancellationToken);
            try
            {
                // 4. The proof.
                if (!device.IsCpu)
                {
                    DeviceProof.Verify(session, request, provider, model);
                }

                return new(session, device, gate, log);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch
        {
            log.Dispose();
            throw;
        }
        finally
        {
            OrtEnvironment.EndLoad();
        }
    }

    private void Apply(SessionOptions native, ExecutionProvider provider, OnnxDevice device)
    {
        native.IntraOpNumThreads = options.IntraOpThreads;
        native.InterOpNumThreads = options.InterOpThreads;
        native.ExecutionMode = options.ParallelExecution && !provider.IsSequential ? ExecutionMode.ORT_PARALLEL : ExecutionMode.ORT_SEQUENTIAL;
        native.EnableCpuMemArena = options.CpuMemoryArena;
        native.EnableMemoryPattern = options.MemoryPattern && !provider.IsSequential;
        native.GraphOptimizationLevel = options.GraphOptimization switch
        {
            OnnxGraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            OnnxGraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
            OnnxGraphOptimization.None => GraphOptimizationLevel.ORT_DISABLE_ALL,
            _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        var spinning = options.AllowSpinning ? "1" : "0";
        native.AddSessionConfigEntry(SessionConfigKeys.IntraOpSpinning, spinning);
        native.AddSessionConfigEntry(SessionConfigKeys.InterOpSpinning, spinning);
        if (!device.IsCpu)
        {
            native.AddSessionConfigEntry(SessionConfigKeys.RecordAssignment, "1");
        }

        foreach (var (key, value) in options.SessionConfig)
        {
            native.AddSessionConfigEntry(key, value);
        }

        foreach (var (symbol, size) in options.FreeDimensions)
        {
            native.AddFreeDimensionOverrideByName(symbol, size);
        }

        foreach (var library in options.CustomOpLibraries)
        {
            RegisterCustomOps(native, library);
        }
    }

    private void RegisterCustomOps(SessionOptions native, string library)
    {
        try
        {
            native.RegisterCustomOpLibrary(library);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or DllNotFoundException)
        {
            logger.CustomOpLibraryFailed(exception, library);
            throw new InferenceException(
                InferenceErrorCode.NotReady,
                $"The library '{Path.GetFileName(library)}' of OnnxRuntime:CustomOpLibraries could not be loaded. The log has its path and the reason.",
                exception);
        }
    }

    private void Append(ProviderRequest request, ExecutionProvider provider, OrtLogSink log)
    {
        try
        {
            provider.Append(request);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException or NotSupportedException or DllNotFoundException)
        {
            throw Unavailable(request, provider, exception, $"{exception.Message} {log.Captured}");
        }
    }

    private InferenceException Unavailable(ProviderRequest request, ExecutionProvider provider, Exception exception, string detail)
    {
        logger.DeviceUnavailable(
            exception,
            request.Device,
            NativeLibraryCheck.LoadedPath(),
            request.Environment.GetVersionString(),
            string.Join(", ", request.Environment.GetAvailableProviders()),
            detail);
        return new(InferenceErrorCode.NotReady, DescribeUnavailable(request.Device, provider, detail), exception);
    }

    /// <summary>Names the missing library, which only ONNX Runtime's log knows, or the package that has the provider.</summary>
    internal static string DescribeUnavailable(OnnxDevice device, ExecutionProvider provider, string detail)
    {
        var name = device.ToPublicString();
        var missing = LibraryName().Matches(detail)
            .Select(match => match.Value)
            .Where(library => !library.Contains("onnxruntime", StringComparison.OrdinalIgnoreCase))
            .Distinct()
            .ToList();
        if (missing.Count > 0)
        {
            return $"The device '{name}' is not available: {string.Join(", ", missing)} could not be loaded. Install the libraries of the device where the system finds them, in the versions that the native ONNX Runtime package asks for.";
        }

        if (OrtErrors.IsDeviceMissing(detail))
        {
            return $"The device '{name}' is not available: its provider found no such device on this machine, or a driver that does not fit. Check device and driver, or allow another device in OnnxRuntime:Fallback. The log has the provider's words.";
        }

        if (detail.Contains("provider option", StringComparison.OrdinalIgnoreCase))
        {
            return $"The device '{name}' does not take one of the options in OnnxRuntime:ProviderOptions. The log names it.";
        }

        return device.Library is null
            ? $"The device '{name}' is not available: the app's native ONNX Runtime library has no provider for it. Add the NuGet package {provider.Package} and remove other native ONNX Runtime packages, or allow another device in OnnxRuntime:Fallback. The log names the library that was loaded."
            : $"The device '{name}' is not available: its provider's library could not be loaded. The log has its path and the reason.";
    }

    private InferenceSession Open(ProviderRequest request, ExecutionProvider provider, OrtLogSink log, CancellationToken cancellationToken)
    {
        try
        {
            return source.Open(request.Session);
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var detail = $"{exception.Message} {log.Captured}";
            if (!request.Device.IsCpu && OrtErrors.IsDeviceMissing(detail))
            {
                throw Unavailable(request, provider, exception, detail);
            }

            logger.GraphRefused(exception, source.Description, request.Device, OrtEnvironment.NativeVersion, detail);
            throw GraphSkim.FindUnservable(source)
                ?? new InferenceException(InferenceErrorCode.NotReady, OrtErrors.DescribeLoadFailure(exception), exception);
        }
        catch (ArgumentException exception)
        {
            // The C# side refuses element types that it has no name for.
            throw GraphSkim.FindUnservable(source)
                ?? new InferenceException(InferenceErrorCode.NotReady, "ONNX Runtime could not load the graph. The log has the reason.", exception);
        }
    }

    [GeneratedRegex(@"\b(lib[\w+-]+\.(so|dylib)(\.\d+)*|[\w-]+\.dll)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LibraryName();
}
