// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>An error of the server: as it is when it is an OpenAI error, else with one around it.</summary>
internal sealed class ErrorResponse : PassThroughResponse
{
    private readonly RemoteAnswer _answer;
    private readonly byte[] _body;

    public ErrorResponse(RemoteAnswer answer, byte[] body)
    {
        _answer = answer;
        var type = answer.ContentHeaders.ContentType;
        var isError = UpstreamErrors.IsErrorObject(body);
        ContentType = isError && type is not null ? type.ToString() : "application/json";
        _body = isError ? body : UpstreamErrors.Wrap(answer.StatusCode, body, type?.MediaType);
        answer.Refuse();
    }

    public override int StatusCode => (int)_answer.StatusCode;

    public override string ContentType { get; }

    public override TimeSpan? RetryAfter => _answer.RetryAfter;

    public override async ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_body);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync() => _answer.DisposeAsync();
}
