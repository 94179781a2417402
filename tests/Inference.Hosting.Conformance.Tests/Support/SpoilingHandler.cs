// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>Makes a broken server of a good one.</summary>
/// <param name="inner">The good one.</param>
/// <param name="before">Sees each call before the good one does, and may answer it.</param>
/// <param name="after">Sees each answer, and may change it.</param>
internal sealed class SpoilingHandler(HttpMessageHandler inner, Action<Call>? before, Action<Call>? after) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new Call
        {
            Method = request.Method.Method,
            Path = request.RequestUri!.AbsolutePath,
            Sent = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken),
            IsBinary = request.Headers.Contains(Call.LengthHeader),
            Encoding = request.Content?.Headers.ContentEncoding.SingleOrDefault(),
        };
        var sent = call.Sent;
        before?.Invoke(call);
        if (call.Status is null)
        {
            if (!ReferenceEquals(sent, call.Sent))
            {
                var type = request.Content!.Headers.ContentType;
                request.Content = new ByteArrayContent(call.Sent) { Headers = { ContentType = type } };
            }

            using var response = await base.SendAsync(request, cancellationToken);
            call.Status = (int)response.StatusCode;
            call.Body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            call.Type = response.Content.Headers.ContentType?.ToString();
            call.JsonLength = response.Headers.TryGetValues(Call.LengthHeader, out var values)
                ? int.Parse(values.Single(), CultureInfo.InvariantCulture)
                : null;
        }

        after?.Invoke(call);
        var answer = new HttpResponseMessage((HttpStatusCode)call.Status.Value) { RequestMessage = request, Content = new ByteArrayContent(call.Body) };
        answer.Content.Headers.ContentType = call.Type is null ? null : MediaTypeHeaderValue.Parse(call.Type);
        if (call.JsonLength is { } length)
        {
            answer.Headers.TryAddWithoutValidation(Call.LengthHeader, length.ToString(CultureInfo.InvariantCulture));
        }

        return answer;
    }
}
