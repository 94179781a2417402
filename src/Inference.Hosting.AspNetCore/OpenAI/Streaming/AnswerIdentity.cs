// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Text;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>What an answer, and each chunk of it, says of itself.</summary>
/// <param name="Id">Made for it.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Model">As the client called it.</param>
/// <param name="Fingerprint">The same as long as model and version are.</param>
internal sealed record AnswerIdentity(string Id, long Created, string Model, string Fingerprint)
{
    private const int FingerprintBytes = 5;

    /// <summary>For the answer to a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="prefix">Of the id, for example <c>chatcmpl-</c>.</param>
    public static AnswerIdentity Create(OpenAICall call, string prefix)
        => new(OpenAIIds.Create(prefix), call.Created, call.RequestedModel, FingerprintOf(call.Model));

    private static string FingerprintOf(ModelInfo model)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{model.Name}\n{model.Default?.Version}"), hash);
        return "fp_" + Convert.ToHexStringLower(hash[..FingerprintBytes]);
    }
}
