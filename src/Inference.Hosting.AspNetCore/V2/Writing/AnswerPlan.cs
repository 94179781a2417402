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
            if (!outputs.TryGetValue(output.Name!, out var tensor))
            {
                throw Invalid(output.Name!, $"There is no output '{output.Name}'. The model gives: {string.Join(", ", outputs.Select(item => item.Key))}.");
            }

            if (output.Classes > 0)
            {
                tensor = Classification.Rank(output.Name!, tensor, output.Classes, FindLabels(metadata, output.Name!));
            }

            wanted[i] = Check(new(output.Name!, tensor, output.IsBinary ?? request.BinaryOutputs));
        }

        return wanted;
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
