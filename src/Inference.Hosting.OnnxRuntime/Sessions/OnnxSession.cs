// SPDX-License-Identifier: Apache-2.0

using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>A session that its engine and all instances on its device share. Ends when the last of them lets go. Thread-safe.</summary>
/// <remarks>Running or disposing a session that was disposed ends the process, so nobody can: whoever runs holds a share.</remarks>
internal sealed class OnnxSession(InferenceSession session, OnnxDevice device, SessionGate gate, OrtLogSink log)
{
    private int _shares = 1;

    public InferenceSession Native { get; } = session;

    public OnnxDevice Device { get; } = device;

    /// <summary>Around whatever touches the device: copies, runs, and the release of what lies there.</summary>
    public SessionGate Gate { get; } = gate;

    /// <summary>Whether inputs and outputs in host memory are used where they are, so that bindings can be kept.</summary>
    public bool UsesHostMemory => Device.IsCpu;

    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public void Acquire()
    {
        int shares;
        do
        {
            shares = Volatile.Read(ref _shares);
            ObjectDisposedException.ThrowIf(shares == 0, typeof(OnnxEngine));
        }
        while (Interlocked.CompareExchange(ref _shares, shares + 1, shares) != shares);
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _shares) == 0)
        {
            using (Gate.Enter())
            {
                Native.Dispose();
            }

            log.Dispose();
        }
    }
}
