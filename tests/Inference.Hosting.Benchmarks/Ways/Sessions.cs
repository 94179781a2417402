// SPDX-License-Identifier: Apache-2.0

using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>Sessions as a careful engineer would open them.</summary>
internal static class Sessions
{
    public static InferenceSession Open(byte[] model, int intraOp)
    {
        using var options = new SessionOptions { IntraOpNumThreads = intraOp };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(model, options);
    }
}
