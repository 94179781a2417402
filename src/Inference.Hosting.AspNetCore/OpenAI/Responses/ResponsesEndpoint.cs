// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Responses.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary><c>POST /v1/responses</c>, without a memory of earlier responses: each request brings its history.</summary>
internal sealed class ResponsesEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<IChatModel>(services, options, "responses")
{
    private readonly ItemStore _items = new(services.Time, options.ResponseItemLifetime, options.MaxResponseItems);

    protected override async Task AnswerAsync(OpenAICall call, IChatModel capability)
    {
        try
        {
            var tenant = InferenceContext.Current?.Tenant;
            var query = ResponseRequestReader.Read(call.Fields, capability.Info, id => _items.Find(tenant, id));
            var response = new ResponseDraft(call, query);
            if (query.Streams)
            {
                var deltas = capability.StreamAsync(query.Chat, call.CancellationToken);
                using var events = new ResponseEventWriter(response, () => Keep(tenant, response));
                await EventStream.SendAsync(call, Options, deltas, events);
                return;
            }

            var result = await capability.CompleteAsync(query.Chat, call.CancellationToken);
            FallbackHeader.Write(call.Context.Response, result.Details?.Model);
            response.Take(result);
            Keep(tenant, response);
            await OpenAIBody.WriteAsync(call.Context, writer => ResponseWriter.Write(writer, response));
        }
        catch (InferenceException failure) when (ResponseParameters.Translate(failure.Parameter) != failure.Parameter)
        {
            throw ResponseParameters.Translate(failure);
        }
    }

    private void Keep(string? tenant, ResponseDraft response)
    {
        if (response.Query.Stores)
        {
            _items.Add(tenant, response.Items);
        }
    }
}
