// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatCompletionsEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<IChatModel>(services, options, "chat/completions")
{
    protected override async Task AnswerAsync(OpenAICall call, IChatModel capability)
    {
        var query = ChatRequestReader.Read(call.Fields, capability.Info, Options);
        var identity = AnswerIdentity.Create(call, "chatcmpl-");
        if (query.Stream is not null)
        {
            var deltas = capability.StreamAsync(query.Request, call.CancellationToken);
            await EventStream.SendAsync(call, Options, deltas, new ChatEventWriter(identity, query));
            return;
        }

        var result = await capability.CompleteAsync(query.Request, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Details?.Model);
        await OpenAIBody.WriteAsync(call.Context, writer => ChatAnswerWriter.Write(writer, identity, query, result));
    }
}
