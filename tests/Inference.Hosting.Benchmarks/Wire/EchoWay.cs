// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>A Kestrel endpoint that sends back the bytes of a binary request: the price of HTTP, which nobody behind it can undercut.</summary>
internal sealed class EchoWay : HttpWay
{
    public const string Title = "bare Kestrel, echo";

    public override string Name => Title;

    public override void Map(WebApplication app, IReadOnlyList<WireModel> models) => app.MapPost("/echo", EchoAsync);

    protected override byte[] MakeRequest(WireModel model, Payload payload)
        => HttpConnection.MakePost(
            "/echo", "application/octet-stream", RestBinaryWay.MakeBody(payload, out var jsonLength), RestBinaryWay.MakeHeader(jsonLength));

    protected override float[]? ReadOutput(ReadOnlySpan<byte> body) => null;

    private static async Task EchoAsync(HttpContext context)
    {
        var (reader, writer) = (context.Request.BodyReader, context.Response.BodyWriter);
        context.Response.ContentLength = context.Request.ContentLength;
        while (true)
        {
            var read = await reader.ReadAsync();
            foreach (var segment in read.Buffer)
            {
                segment.Span.CopyTo(writer.GetSpan(segment.Length));
                writer.Advance(segment.Length);
            }

            reader.AdvanceTo(read.Buffer.End);
            await writer.FlushAsync();
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
