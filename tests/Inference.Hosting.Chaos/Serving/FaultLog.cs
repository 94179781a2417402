// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>What the server logs as an error, except what this program causes on purpose. Thread-safe.</summary>
internal sealed class FaultLog : ILoggerProvider
{
    private const int Most = 5;

    private readonly ConcurrentQueue<string> _faults = new();

    public IEnumerable<string> Faults => _faults;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(FaultLog log, string category) : ILogger
    {
        // Poison rows, and broken files.
        private static readonly string[] _intended = ["RequestFailed", "CallFailed", "RunFailed", "ModelLoadFailed", "OnnxModelLoadFailed", "OnnxGraphRefused"];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !(_intended.Contains(eventId.Name) && IsOurs(exception)) && log._faults.Count < Most)
            {
                log._faults.Enqueue($"{category} {eventId.Name}: {formatter(state, exception)} {Shorten(exception)}");
            }
        }

        private static string Shorten(Exception? exception)
            => string.Join(" |", (exception?.ToString() ?? "").Split('\n').Take(5).Select(line => line.TrimEnd()));

        private static bool IsOurs(Exception? exception)
            => exception is null or InferenceException or Engines.EngineException || exception.GetType().Namespace?.StartsWith("Microsoft.ML", StringComparison.Ordinal) == true;
    }
}
