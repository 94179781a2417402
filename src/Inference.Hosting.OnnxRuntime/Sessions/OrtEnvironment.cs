// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>
/// ONNX Runtime's environment, one per process, created here once and first, so that its log reaches the apps' loggers: each message
/// goes to the app whose session it is about.
/// </summary>
internal static class OrtEnvironment
{
    private static readonly Lock _gate = new();
    private static readonly ConcurrentDictionary<string, OrtLogSink> _sinks = new(StringComparer.Ordinal);

    // Native code holds the callback for the life of the process.
    private static readonly DOrtLoggingFunction _callback = OnMessage;
    private static bool _created;
    private static bool _warned;
    private static long _lastId;

    [ThreadStatic]
    private static OrtLogSink? _loading;

    /// <summary>Makes sure that the environment exists.</summary>
    /// <exception cref="InferenceException">The native library is absent or too old.</exception>
    public static OrtEnv Ensure(ILogger logger)
    {
        NativeLibraryCheck.Verify();
        lock (_gate)
        {
            if (!_created && !OrtEnv.IsCreated)
            {
                var options = new EnvironmentCreationOptions
                {
                    logId = "Inference.Hosting",
                    logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
                    loggingFunction = _callback,
                };
                OrtEnv.CreateInstanceWithOptions(ref options);

                // What the app reports is the app's to decide; the runtime would keep a device id in the user's home.
                OrtEnv.Instance().DisableTelemetryEvents();
                _created = true;
            }
            else if (!_created && !_warned)
            {
                _warned = true;
                logger.EnvironmentNotOurs();
            }
        }

        return OrtEnv.Instance();
    }

    /// <summary>Version of the native library.</summary>
    public static string NativeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>A place for the messages about one session; also gets what this thread causes until it is disposed or the load ends.</summary>
    public static OrtLogSink Open(string name, ILogger logger)
    {
        // The id comes back in each message; a colon divides it from a run's own.
        var sink = new OrtLogSink($"{name.Replace(':', '_')}#{Interlocked.Increment(ref _lastId)}", logger);
        _sinks[sink.Id] = sink;
        _loading = sink;
        return sink;
    }

    /// <summary>Ends the capture that <see cref="Open"/> began on this thread.</summary>
    public static void EndLoad() => _loading = null;

    public static void Close(OrtLogSink sink)
    {
        _sinks.TryRemove(sink.Id, out _);
        if (ReferenceEquals(_loading, sink))
        {
            _loading = null;
        }
    }

    private static void OnMessage(
        IntPtr parameter, OrtLoggingLevel severity, string category, string logId, string codeLocation, string message)
    {
        try
        {
            var colon = logId?.IndexOf(':', StringComparison.Ordinal) ?? -1;
            var session = colon < 0 ? logId ?? "" : logId![..colon];
            var sink = _sinks.GetValueOrDefault(session) ?? _loading ?? _sinks.Values.FirstOrDefault();
            if (sink is null)
            {
                return;
            }

            if (severity >= OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING && ReferenceEquals(sink, _loading))
            {
                sink.Keep(message);
            }

            sink.Logger.NativeMessage(ToLogLevel(severity), logId ?? "", category, codeLocation, message);
        }
        catch (Exception)
        {
            // An exception that leaves this callback ends the process; a lost log line does not.
        }
    }

    private static LogLevel ToLogLevel(OrtLoggingLevel severity) => severity switch
    {
        OrtLoggingLevel.ORT_LOGGING_LEVEL_VERBOSE => LogLevel.Trace,
        OrtLoggingLevel.ORT_LOGGING_LEVEL_INFO => LogLevel.Debug,
        OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
