// SPDX-License-Identifier: Apache-2.0

using System.Text.Unicode;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Writing;

/// <summary>Decides what is sent and how, while the answer can still be an error.</summary>
internal static class AnswerPlan
{
    /// <summary>The outputs of an answer in order.</summary>
    /// <exception cref="InferenceException">InvalidInput: an output does not exist, or cannot be sent as asked.</exception>
    public static AnswerOutput[] Make(V2Request request, InferenceResponse response, ModelMetadata? metadata)
    {
        var outputs = response.Outputs;
        if (request.Outputs.Count == 0)
        {
            var all = new AnswerOutput[outputs.Count];
            for (var i = 0; i < all.Length; i++)
            {
                var (name, tensor) = outputs.Items[i];
                all[i] = Check(new(name, tensor, request.BinaryOutputs));
            }

            return all;
        }

        var wanted = new AnswerOutput[request.Outputs.Count];
        for (var i = 0; i < wanted.Length; i++)
        {
            var output = request.Outputs[i];
            wanted[i] = Check(new(output.Name!, Find(output, outputs, metadata), output.IsBinary ?? request.BinaryOutputs));
        }

        return wanted;
    }

    /// <summary>The outputs of an answer in order, for a protocol that can carry all of them.</summary>
    /// <exception cref="InferenceException">InvalidInput: an output does not exist, or has no classes.</exception>
    public static TensorCollection Select(V2Request request, InferenceResponse response, ModelMetadata? metadata)
    {
        if (request.Outputs.Count == 0)
        {
            return response.Outputs;
        }

        var wanted = new TensorCollection();
        foreach (var output in request.Outputs)
        {
            wanted.Add(output.Name!, Find(output, response.Outputs, metadata));
        }

        return wanted;
    }

    private static InferenceTensor Find(in V2Output output, TensorCollection outputs, ModelMetadata? metadata)
    {
        if (!outputs.TryGetValue(output.Name!, out var tensor))
        {
            throw Invalid(output.Name!, $"There is no output '{output.Name}'. The model gives: {string.Join(", ", outputs.Select(item => item.Key))}.");
        }

        return output.Classes > 0
            ? Classification.Rank(output.Name!, tensor, output.Classes, FindLabels(metadata, output.Name!))
            : tensor;
    }

    private static IReadOnlyList<string>? FindLabels(ModelMetadata? metadata, string name)
        => metadata?.Outputs.FirstOrDefault(spec => spec.Name == name)?.Labels;

    private static AnswerOutput Check(in AnswerOutput output)
    {
        if (output is { IsBinary: false, Tensor.DataType: TensorDataType.Bytes })
        {
            var rest = output.Tensor.Bytes;
            while (BytesEncoding.TryRead(ref rest, out var element))
            {
                if (!Utf8.IsValid(element))
                {
                    throw Invalid(output.Name, $"Output '{output.Name}' holds bytes that are not UTF-8 text, so JSON cannot carry it. Ask for it with the parameter 'binary_data': true.");
                }
            }
        }

        return output;
    }

    private static InferenceException Invalid(string output, string text)
        => new(InferenceErrorCode.InvalidInput, text) { Parameter = output };
}
