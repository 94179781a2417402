// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Where ONNX Runtime's messages about one session go, and the warnings it gave while loading.</summary>
internal sealed class OrtLogSink(string id, ILogger logger) : IDisposable
{
    private const int MostKept = 20;
    private readonly List<string> _kept = [];

    public string Id { get; } = id;

    public ILogger Logger { get; } = logger;

    /// <summary>What ONNX Runtime said while it loaded: the reason that its exception leaves out.</summary>
    public string Captured
    {
        get
        {
            lock (_kept)
            {
                return string.Join(" | ", _kept);
            }
        }
    }

    public void Keep(string text)
    {
        lock (_kept)
        {
            if (_kept.Count < MostKept)
            {
                _kept.Add(text);
            }
        }
    }

    public void Dispose() => OrtEnvironment.Close(this);
}
