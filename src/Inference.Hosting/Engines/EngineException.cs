// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Engines;

/// <summary>What a failed run says about the engine.</summary>
public enum EngineFault
{
    /// <summary>The run failed; rows may be at fault.</summary>
    Run,

    /// <summary>The data of a row is at fault for certain, for example an index out of range.</summary>
    Data,

    /// <summary>There was not enough memory for a run of this size.</summary>
    OutOfMemory,

    /// <summary>The instance is beyond repair and must be replaced.</summary>
    DeviceLost,
}

/// <summary>A failed run. Engines throw it; callers of models never see it.</summary>
public sealed class EngineException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">What it says about the engine.</param>
    /// <param name="message">For logs; may hold the runtime's own words.</param>
    /// <param name="innerException">The cause.</param>
    public EngineException(EngineFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    /// <summary>What it says about the engine.</summary>
    public EngineFault Fault { get; }

    /// <summary>Words of our own for the caller, without paths; null for a general text.</summary>
    public string? PublicMessage { get; init; }
}
