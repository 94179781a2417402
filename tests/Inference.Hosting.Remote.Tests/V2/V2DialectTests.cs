// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Remote.Tests.V2.Support;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Remote.Tests.V2;

/// <summary>Servers that speak the protocol otherwise than ours does, by what they are known to send.</summary>
public sealed class V2DialectTests
{
    private const string Infer = "/v2/models/m/infer";

    [Fact]
    public async Task InferAsync_ServerWithoutVersionsAndExtensions_SpeaksJson()
    {
        await using var server = await StartAsync();
        server.Say(Infer, 200, """
            {"model_name":"m","model_version":null,"id":null,"parameters":null,"extra":{"a":[1]},"outputs":[
              {"data":[[1.0,null],[-0.5,2e3]],"name":"y","shape":[4],"datatype":"FP32","parameters":null}]}
            """);
        await using var app = await V2App.StartAsync(services => services.AddModel("m").UseV2(server.Address));
        var request = Request();
        request.Id = "a \"b\"";
        request.Parameters = new Dictionary<string, object> { ["k"] = 1.5, ["t"] = "ü", ["b"] = true };
        request.Priority = 1;

        using var response = await app["m"].InferAsync(request);

        Assert.Equal([1, float.NaN, -0.5f, 2000], response["y"].ToArray<float>());
        Assert.False(app["m"].Metadata!.Properties.ContainsKey("remote_version"));
        using var sent = JsonDocument.Parse(server.Requests.Last().Body);
        Assert.Equal("a \"b\"", sent.RootElement.GetProperty("id").GetString());
        var parameters = sent.RootElement.GetProperty("parameters");
        Assert.Equal(3, parameters.EnumerateObject().Count());
        Assert.Equal(1.5, parameters.GetProperty("k").GetDouble());
        Assert.Equal("ü", parameters.GetProperty("t").GetString());
        Assert.True(parameters.GetProperty("b").GetBoolean());
        Assert.Equal("""{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2.5]}""", sent.RootElement.GetProperty("inputs")[0].GetRawText());
    }

    [Theory]
    [InlineData("BOOL", "[true,0,1]", new byte[] { 1, 0, 1 })]
    [InlineData("INT8", "[-128,[127],1.0]", new byte[] { 0x80, 0x7F, 1 })]
    [InlineData("UINT16", "[1,2,65535]", new byte[] { 1, 0, 2, 0, 0xFF, 0xFF })]
    [InlineData("BF16", "[1,-2,1.001]", new byte[] { 0x80, 0x3F, 0, 0xC0, 0x80, 0x3F })]
    [InlineData("FP16", "[1,-2,65504]", new byte[] { 0, 0x3C, 0, 0xC0, 0xFF, 0x7B })]
    [InlineData("BYTES", "[\"\",\"a\",\"\\u00fc\"]", new byte[] { 0, 0, 0, 0, 1, 0, 0, 0, (byte)'a', 2, 0, 0, 0, 0xC3, 0xBC })]
    public async Task InferAsync_JsonOfEachKind_IsRead(string type, string data, byte[] expected)
    {
        await using var server = await StartAsync(type);
        server.Say(Infer, 200, $$"""{"outputs":[{"name":"y","shape":[3],"datatype":"{{type}}","data":{{data}}}]}""");
        await using var app = await V2App.StartAsync(services => services.AddModel("m").UseV2(server.Address));

        using var response = await app["m"].InferAsync(Request());

        Assert.Equal(expected, response["y"].Bytes);
    }

    [Theory]
    [InlineData("""{"outputs":[]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[2],"datatype":"FP32","data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[2],"datatype":"FP32","data":[1,2,3]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[9223372036854775807,4],"datatype":"FP32","data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[1],"datatype":"FP32","data":["a"]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[1],"datatype":"FP33","data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[1],"datatype":"INT32","data":[1]}]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[1],"datatype":"FP32"}]}""")]
    [InlineData("""{"outputs":[{"name":"y","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}]}""")]
    [InlineData("""{"outputs":[{"name":null,"shape":[1],"datatype":"FP32","data":[1]}]}""")]
    [InlineData("""{"outputs":{"name":"y"}}""")]
    [InlineData("""[]""")]
    [InlineData("""<html>""")]
    [InlineData("")]
    public async Task InferAsync_AnswerThatIsNone_IsEngineFailed(string body)
    {
        await using var server = await StartAsync();
        server.Say(Infer, 200, body);
        await using var app = await V2App.StartAsync(services => services.AddModel("m").UseV2(server.Address));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["m"].InferAsync(Request()).AsTask());

        Assert.Equal(InferenceErrorCode.EngineFailed, fault.Code);
    }

    [Theory]
    [InlineData(400, InferenceErrorCode.InvalidInput, "the text")]
    [InlineData(401, InferenceErrorCode.NotReady, "key")]
    [InlineData(403, InferenceErrorCode.NotReady, "key")]
    [InlineData(404, InferenceErrorCode.NotReady, "does not serve")]
    [InlineData(413, InferenceErrorCode.PayloadTooLarge, "parts")]
    [InlineData(422, InferenceErrorCode.InvalidInput, "the text")]
    [InlineData(429, InferenceErrorCode.QueueFull, "7000 ms")]
    [InlineData(500, InferenceErrorCode.EngineFailed, "failed")]
    [InlineData(501, InferenceErrorCode.Unsupported, "the text")]
    [InlineData(502, InferenceErrorCode.NotReady, "not ready")]
    [InlineData(503, InferenceErrorCode.NotReady, "not ready")]
    [InlineData(504, InferenceErrorCode.DeadlineExceeded, "time")]
    public async Task InferAsync_Status_IsTheCodeOfTheTable(int status, InferenceErrorCode code, string text)
    {
        await using var server = await StartAsync();
        server.Say(Infer, status, "{\"error\":\"the text\\n  at Secret.Place()\"}");
        server.Headers["Retry-After"] = "7";
        await using var app = await V2App.StartAsync(services => services.AddModel("m").UseV2(server.Address, options => options.MaxRetries = 0));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["m"].InferAsync(Request()).AsTask());

        Assert.Equal(code, fault.Code);
        Assert.Contains(text, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret", fault.Message, StringComparison.Ordinal);
        if (status is 429 or 503)
        {
            Assert.Equal(TimeSpan.FromSeconds(7), fault.RetryAfter);
        }
    }

    [Fact]
    public async Task InferAsync_KeyAndHeaders_AreSent()
    {
        await using var server = await StartAsync();
        server.Say(Infer, 200, """{"outputs":[{"name":"y","shape":[0],"datatype":"FP32","data":[]}]}""");
        await using var app = await V2App.StartAsync(services => services.AddModel("m").UseV2(server.Address, options =>
        {
            options.Key = "k";
            options.Model = "m";
        }));

        using var response = await app["m"].InferAsync(Request());

        Assert.Equal(0, response["y"].ByteLength);
        Assert.All(server.Keys, key => Assert.Equal("Bearer k", key));
    }

    [Fact]
    public async Task LoadAsync_MetadataWithAnUnknownType_SaysSo()
    {
        await using var server = await StartAsync("FP128");
        await using var app = await V2App.StartAsync(services => services.AddModel("m").UseV2(server.Address), isReady: false);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => app.Catalog.WaitUntilReadyAsync("m").WaitAsync(V2Server.Patience));

        Assert.Contains("'y'", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<DialectServer> StartAsync(string type = "FP32")
    {
        var server = await DialectServer.StartAsync();
        server.Say("/v2", 200, """{"name":"other","version":"1","extensions":[]}""");
        server.Say("/v2/models/m", 200, $$"""
            {"name":"m","versions":null,"platform":"","inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],
             "outputs":[{"name":"y","datatype":"{{type}}","shape":{{(type == "FP32" ? "[-1]" : "[3]")}}}]}
            """);
        server.Say("/v2/models/m/ready", 200, "");
        return server;
    }

    private static InferenceRequest Request() => new() { Inputs = { { "x", InferenceTensor.Create([1f, 2.5f], 1, 2) } } };
}
