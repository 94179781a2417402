// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Functions of ONNX Runtime's C interface that its C# interface leaves out.</summary>
internal static unsafe partial class OrtInterop
{
    private static readonly Lazy<OrtApi> _api = new(() =>
    {
        var table = (NativeLibraryCheck.ApiBase*)OrtGetApiBase();
        var version = (uint)typeof(InferenceSession).Assembly.GetName().Version!.Minor;
        return *(OrtApi*)table->GetApi(version);
    });

    /// <summary>Which provider each node of a session went to, after fusion. Needs <see cref="SessionConfigKeys.RecordAssignment"/>.</summary>
    public static List<(string Provider, string Node, string Operator)> GetAssignment(InferenceSession session)
    {
        var api = _api.Value;
        var nodes = new List<(string, string, string)>();
        nint* graphs;
        nuint graphCount;
        Check(((delegate* unmanaged[Stdcall]<nint, nint**, nuint*, nint>)api.Session_GetEpGraphAssignmentInfo)(
            Handle(session), &graphs, &graphCount));
        for (nuint i = 0; i < graphCount; i++)
        {
            var provider = Text(api.EpAssignedSubgraph_GetEpName, graphs[i]);
            nint* members;
            nuint memberCount;
            Check(((delegate* unmanaged[Stdcall]<nint, nint**, nuint*, nint>)api.EpAssignedSubgraph_GetNodes)(
                graphs[i], &members, &memberCount));
            for (nuint j = 0; j < memberCount; j++)
            {
                nodes.Add((provider, Text(api.EpAssignedNode_GetName, members[j]), Text(api.EpAssignedNode_GetOperatorType, members[j])));
            }
        }

        GC.KeepAlive(session);
        return nodes;
    }

    private static string Text(nint function, nint subject)
    {
        byte* text;
        Check(((delegate* unmanaged[Stdcall]<nint, byte**, nint>)function)(subject, &text));
        return Marshal.PtrToStringUTF8((nint)text) ?? "";
    }

    private static void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        var api = _api.Value;
        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged[Stdcall]<nint, nint>)api.GetErrorMessage)(status));
        ((delegate* unmanaged[Stdcall]<nint, void>)api.ReleaseStatus)(status);
        throw new InvalidOperationException($"ONNX Runtime: {message}");
    }

    private static nint Handle(InferenceSession session) => NativeHandle(session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_nativeHandle")]
    private static extern ref nint NativeHandle(InferenceSession session);

    [LibraryImport("onnxruntime")]
    private static partial nint OrtGetApiBase();
}
