// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>What InferAnswerWriter is to write: an answer, the end of a stream's answers, or an error within a stream. Used again.</summary>
internal sealed class InferAnswer
{
    private static readonly TensorCollection _none = [];

    private V2Answer _answer;

    public string Model { get; private set; } = "";

    public string Version { get; private set; } = "";

    public string? Id { get; private set; }

    public TensorCollection Outputs { get; private set; } = _none;

    /// <summary>Whether tensors are written as bytes.</summary>
    public bool IsRaw { get; private set; }

    /// <summary>Whether it is one message of a stream, which has an envelope of its own.</summary>
    public bool IsInStream { get; private set; }

    /// <summary>Of a message of a stream: whether nothing more comes for its request.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>What went wrong, within a stream; else null.</summary>
    public string? Error { get; private set; }

    /// <summary>Holds an answer until <see cref="Clear"/>.</summary>
    public InferAnswer Set(V2Answer answer, InferMessage message)
    {
        _answer = answer;
        (Model, Version, Id, Outputs) = (answer.Model, answer.Version, message.Id, answer.Outputs);
        IsRaw = !message.IsTyped || HasRawOnly(answer.Outputs);
        return this;
    }

    /// <summary>Holds an answer of a stream until <see cref="Clear"/>.</summary>
    public InferAnswer SetInStream(V2Answer answer, InferMessage message, bool isFinal)
    {
        Set(answer, message);
        (IsInStream, IsFinal) = (true, isFinal);
        return this;
    }

    /// <summary>The end of the answers to a request of a stream, with or without an error.</summary>
    public InferAnswer SetEnd(InferMessage message, string? error)
    {
        (Model, Version, Id) = (message.ModelName, message.ModelVersion ?? "", message.Id);
        (IsRaw, IsInStream, IsFinal, Error) = (true, true, true, error);
        return this;
    }

    /// <summary>Gives the memory of the answer back.</summary>
    public void Clear()
    {
        _answer.Dispose();
        _answer = default;
        (Model, Version, Id, Outputs, Error) = ("", "", null, _none, null);
        (IsRaw, IsInStream, IsFinal) = (false, false, false);
    }

    // They have no typed contents; one of them makes the whole answer raw, since raw goes for all outputs or none.
    private static bool HasRawOnly(TensorCollection outputs)
    {
        foreach (var (_, tensor) in outputs.Items)
        {
            if (TypedContents.FieldOf(tensor.DataType) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
