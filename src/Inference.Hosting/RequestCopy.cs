// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting;

/// <summary>Copies requests for those who may go on reading when the caller has got its memory back.</summary>
internal static class RequestCopy
{
    /// <summary>The same request over memory that nobody takes back.</summary>
    public static InferenceRequest Of(InferenceRequest request)
    {
        var copy = new InferenceRequest
        {
            Id = request.Id,
            Outputs = request.Outputs,
            Parameters = request.Parameters,
            Priority = request.Priority,
            QueueTimeout = request.QueueTimeout,
            Deadline = request.Deadline,
            Tenant = request.Tenant,
            Version = request.Version,
            Overflow = request.Overflow,
        };
        foreach (var (name, tensor) in request.Inputs.Items)
        {
            var bytes = GC.AllocateUninitializedArray<byte>(tensor.ByteLength);
            tensor.Bytes.CopyTo(bytes);
            copy.Inputs.Add(name, InferenceTensor.OverArray(tensor.DataType, bytes, 0, bytes.Length, tensor.Shape));
        }

        return copy;
    }
}
