// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Google.Protobuf;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Grpc.Tests.Support;

/// <summary>Requests as clients make them.</summary>
internal static class Requests
{
    public static ModelInferRequest AddSub(string id = "")
    {
        var request = new ModelInferRequest { ModelName = "addsub", Id = id };
        foreach (var name in (string[])["INPUT0", "INPUT1"])
        {
            request.Inputs.Add(Input(name, "INT32", 1, 16));
            request.RawInputContents.Add(Raw(Enumerable.Range(1, 16).ToArray()));
        }

        return request;
    }

    public static ModelInferRequest Count(int count, string id = "")
    {
        var request = new ModelInferRequest { ModelName = "counter", Id = id, Inputs = { Input("count", "INT32", 1) } };
        request.RawInputContents.Add(Raw([count]));
        return request;
    }

    public static ModelInferRequest Identity(string type, ByteString raw, params long[] shape) => new()
    {
        ModelName = "id-" + type,
        Inputs = { Input("x", type, shape) },
        RawInputContents = { raw },
    };

    public static ModelInferRequest Identity(string type, InferTensorContents contents, params long[] shape)
    {
        var input = Input("x", type, shape);
        input.Contents = contents;
        return new ModelInferRequest { ModelName = "id-" + type, Inputs = { input } };
    }

    public static ModelInferRequest.Types.InferInputTensor Input(string name, string type, params long[] shape)
        => new() { Name = name, Datatype = type, Shape = { shape } };

    public static ByteString Raw<T>(T[] values)
        where T : unmanaged
        => ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values));

    public static T[] Read<T>(ByteString raw)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(raw.Span).ToArray();
}
