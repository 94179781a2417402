// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Servers;

/// <summary>Sends one attempt of a call to the address that is chosen for it, and tells the address's record how it went.</summary>
internal sealed class ServerHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = RemoteCall.Of(request);
        var visit = call.Next();
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(call.ToAttempt(visit.Server), cancellationToken).ConfigureAwait(false);
            var received = await call.ReceiveAsync(response, cancellationToken).ConfigureAwait(false);
            if (call.IsFailure(response))
            {
                visit.Fail(ServerFault.Failing);
            }

            response.Content = new VisitContent(response.Content, visit, received);
            return response;
        }
        catch (Exception exception)
        {
            if (exception is HttpRequestException)
            {
                visit.Fail(ServerFault.Unreachable);
            }

            response?.Dispose();
            visit.Dispose();
            throw;
        }
    }
}
