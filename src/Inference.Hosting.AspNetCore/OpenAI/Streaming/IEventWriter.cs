// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>Turns the steps of one answer into events of a protocol. Used by one stream, one call at a time.</summary>
/// <typeparam name="TDelta">A step.</typeparam>
internal interface IEventWriter<in TDelta>
{
    /// <summary>The model that answers, as the first step tells it, when it is another than was asked; else null.</summary>
    string? FindFallback(TDelta first);

    /// <summary>Writes what comes before all steps; called once, when the first one is there.</summary>
    void Begin(IBufferWriter<byte> output);

    /// <summary>Writes the events of a step, none or several.</summary>
    void Write(IBufferWriter<byte> output, TDelta delta);

    /// <summary>Checks that the answer is whole. Nothing is written.</summary>
    /// <exception cref="InferenceException">EngineFailed: the model's stream ended before its answer did.</exception>
    void EnsureComplete();

    /// <summary>Writes what comes after all steps of a whole answer.</summary>
    void End(IBufferWriter<byte> output);

    /// <summary>Writes the event of a failure, after which the connection breaks off.</summary>
    void Fail(IBufferWriter<byte> output, OpenAIErrorBody error);
}
