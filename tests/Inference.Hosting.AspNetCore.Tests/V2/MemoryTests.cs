// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Net;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V2;

[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryCollection;

/// <summary>Bounds on what is allocated. Alone, because the counters are the whole process's.</summary>
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_64MiBOfJson_AllocatesLessThanItsTensorTwice(bool dataLast)
    {
        var model = Sink(TensorDataType.FP32);
        await using var app = await TestApp.StartAsync([model], kestrel: true);
        var body = MakeBody(63 << 20, dataLast, out var count);
        var address = new Uri(app.Client.BaseAddress!, "/v2/models/id/infer");
        await PostAsync(app, address, body);

        // The pool may be emptied at any time if the machine is short of memory: the best of three counts.
        var allocated = long.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await PostAsync(app, address, body);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{body.Length} bytes of JSON, {count * 4L} bytes of tensor, {allocated} bytes allocated");
        Assert.True(allocated < 2 * count * 4L, $"{allocated} bytes for a tensor of {count * 4L}");
        Assert.Equal(4, model.Calls);
    }

    [Fact]
    public async Task Infer_SmallRequest_AllocatesLittle()
    {
        const int Requests = 2000;
        var model = Sink(TensorDataType.FP32);
        await using var app = await TestApp.StartAsync([model]);
        var body = Encoding.UTF8.GetBytes("""{"inputs":[{"name":"x","shape":[1,16],"datatype":"FP32","data":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}]}""");
        var endpoint = app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints
            .First(candidate => candidate.DisplayName == "Inference");
        var context = new DefaultHttpContext { RequestServices = app.Services };
        for (var i = 0; i < Requests; i++)
        {
            await InvokeAsync(context, endpoint, body);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
        {
            var pending = InvokeAsync(context, endpoint, body);
            Assert.True(pending.IsCompleted);
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;
        TestContext.Current.TestOutputHelper!.WriteLine($"{each} bytes allocated for each small request");
        Assert.InRange(each, 1, 8000);
    }

    private static async Task InvokeAsync(DefaultHttpContext context, Endpoint endpoint, byte[] body)
    {
        context.Request.Method = "POST";
        context.Request.RouteValues["model"] = "id";
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(body, writable: false);
        context.Response.Body = Stream.Null;
        await endpoint.RequestDelegate!(context);
        Assert.Equal(200, context.Response.StatusCode);
    }

    private static FakeModel Sink(TensorDataType type)
    {
        TensorCollection outputs = [];
        outputs.Add("x", InferenceTensor.Create<float>([1], 1));
        return new FakeModel(
            "id", TestModels.Identity(type, -1).Metadata, (_, _) => new(new InferenceResponse(outputs, new InferenceTiming { Version = "1" })));
    }

    private static byte[] MakeBody(int size, bool dataLast, out int count)
    {
        var element = "0.125,"u8;
        count = (size - 100) / element.Length;
        var text = ArrayPool<byte>.Shared.Rent(size);
        var head = Encoding.ASCII.GetBytes(dataLast
            ? $$"""{"inputs":[{"name":"x","shape":[{{count}}],"datatype":"FP32","data":["""
            : """{"inputs":[{"data":[""");
        var tail = Encoding.ASCII.GetBytes(dataLast ? "]}]}" : $$"""],"datatype":"FP32","name":"x","shape":[{{count}}]}]}""");
        head.CopyTo(text, 0);
        var position = head.Length;
        for (var i = 0; i < count; i++)
        {
            element.CopyTo(text.AsSpan(position));
            position += element.Length;
        }

        position--;
        tail.CopyTo(text, position);
        var body = text.AsSpan(0, position + tail.Length).ToArray();
        ArrayPool<byte>.Shared.Return(text);
        return body;
    }

    private static async Task PostAsync(TestApp app, Uri address, byte[] body)
    {
        using var response = await app.Client.PostAsync(address, new ByteArrayContent(body));
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }
}
