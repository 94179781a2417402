// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class CompletionsEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<ITextGenerator>(services, options, "completions")
{
    protected override async Task AnswerAsync(OpenAICall call, ITextGenerator capability)
    {
        var query = CompletionRequestReader.Read(call.Fields, capability.Info, Options);
        var identity = AnswerIdentity.Create(call, "cmpl-");
        if (query.Stream is not null)
        {
            var deltas = capability.StreamAsync(query.Request, call.CancellationToken);
            await EventStream.SendAsync(call, Options, deltas, new CompletionEventWriter(identity, query.Stream));
            return;
        }

        var result = await capability.CompleteAsync(query.Request, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Details?.Model);
        await OpenAIBody.WriteAsync(call.Context, writer => CompletionAnswerWriter.Write(writer, identity, result));
    }
}
