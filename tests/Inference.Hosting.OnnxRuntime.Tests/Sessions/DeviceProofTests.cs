// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Sessions;
using Inference.Hosting.TestSupport;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Tests.Sessions;

public sealed class DeviceProofTests
{
    [Fact]
    public void GetAssignment_OfARealSession_ListsOperatorsAndTheirProvider()
    {
        using var options = new SessionOptions();
        options.AddSessionConfigEntry(SessionConfigKeys.RecordAssignment, "1");
        using var session = new InferenceSession(OnnxModels.Mlp(8, 16, 4).ToBytes(), options);

        var nodes = OrtInterop.GetAssignment(session);

        Assert.NotEmpty(nodes);
        Assert.All(nodes, node => Assert.Equal("CPUExecutionProvider", node.Provider));
        Assert.Contains(nodes, node => node.Operator is "MatMul" or "Gemm" or "FusedGemm");
    }

    [Fact]
    public void GetAssignment_NotRecorded_SaysSo()
    {
        using var session = new InferenceSession(OnnxModels.Mlp(8, 16, 4).ToBytes());
        Assert.Contains("record", Assert.Throws<InvalidOperationException>(() => OrtInterop.GetAssignment(session)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Judge_ShapeOperatorsOnTheProcessor_AreTolerated()
        => Assert.Null(DeviceProof.Judge("cuda:0", true, ["Shape", "Gather", "Cast", "Concat", "Unsqueeze"], strict: false));

    [Fact]
    public void Judge_HeavyOperatorOnTheProcessor_IsNamedWithItsCount()
    {
        var problem = DeviceProof.Judge("cuda:0", true, ["Shape", "MatMulNBits", "MatMulNBits", "FusedConv"], strict: false)!;

        Assert.Contains("'cuda:0'", problem);
        Assert.Contains("MatMulNBits × 2", problem);
        Assert.Contains("FusedConv × 1", problem);
        Assert.DoesNotContain("Shape", problem);
    }

    [Fact]
    public void Judge_NothingOnTheDevice_IsAFault()
        => Assert.Contains("took no node of the graph; on the processor are Add × 2", DeviceProof.Judge("webgpu", false, ["Add", "Add"], strict: false));

    [Fact]
    public void Judge_Strict_AllowsNoneOnTheProcessor()
        => Assert.Contains("Shape × 1", DeviceProof.Judge("cuda:0", true, ["Shape"], strict: true));
}
