// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>How one kind of failure looks in each protocol.</summary>
/// <param name="HttpStatus">Status of V2 and V1 answers.</param>
/// <param name="GrpcStatus">Number of the gRPC status code.</param>
/// <param name="OpenAIType">The <c>type</c> of an OpenAI error body.</param>
/// <param name="OpenAICode">The <c>code</c> of an OpenAI error body where the cause gives none more exact.</param>
public readonly record struct ErrorRow(int HttpStatus, int GrpcStatus, string OpenAIType, string OpenAICode)
{
    /// <summary>Status of OpenAI answers.</summary>
    /// <value><see cref="HttpStatus"/> by default; 408 for a missed deadline, as OpenAI answers it.</value>
    public int OpenAIStatus { get; init; } = HttpStatus;

    /// <summary>Whether answers carry a time to retry.</summary>
    public bool CanRetry { get; init; }
}
