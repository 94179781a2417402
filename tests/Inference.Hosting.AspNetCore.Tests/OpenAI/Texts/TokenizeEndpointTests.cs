// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;

public sealed class TokenizeEndpointTests
{
    [Theory]
    [InlineData("prompt")]
    [InlineData("content")]
    public async Task V50_TokenizeAndBack_IsTheSameText(string field)
    {
        await using var app = await TextApp.StartAsync();
        app.Codec.Info = app.Codec.Info! with { MaxModelTokens = 77 };

        var tokens = await app.PostAsync("/v1/tokenize", $$"""{"model":"t","{{field}}":"h\u00e9llo \ud83d\ude00","add_special_tokens":false}""", "Tokenize");
        var text = await app.PostAsync("/v1/detokenize", $$"""{"model":"t","tokens":{{tokens.GetProperty("tokens").GetRawText()}}}""", "Detokenize");

        Assert.Equal("héllo 😀", text.GetProperty("prompt").GetString());
        Assert.Equal(tokens.GetProperty("tokens").GetArrayLength(), tokens.GetProperty("count").GetInt32());
        Assert.Equal(77, tokens.GetProperty("max_model_len").GetInt32());
        Assert.Equal(JsonValueKind.Null, tokens.GetProperty("token_strs").ValueKind);
    }

    [Fact]
    public async Task V50_Chat_HasTheTokensOfItsPrompt()
    {
        await using var app = await TextApp.StartAsync();

        var json = await app.PostAsync("/v1/tokenize", """{"model":"t","messages":[{"role":"user","content":"hi"}],"return_token_strs":true}""", "Tokenize");

        var usage = (await app.Chat.CompleteAsync(new ChatRequest { Messages = [ChatMessage.FromUser("hi")] })).Usage!;
        Assert.Equal(usage.PromptTokens, json.GetProperty("count").GetInt32());
        Assert.Equal(usage.PromptTokens, json.GetProperty("token_strs").GetArrayLength());
    }

    [Theory]
    [InlineData("/v1/tokenize", "\"input\":\"a\"", "prompt")]
    [InlineData("/v1/tokenize", "\"prompt\":5", "prompt")]
    [InlineData("/v1/tokenize", "\"prompt\":\"a\",\"messages\":[]", "prompt")]
    [InlineData("/v1/tokenize", "\"messages\":[{\"role\":5}]", "messages[0].role")]
    [InlineData("/v1/tokenize", "\"prompt\":\"a\",\"add_special_tokens\":\"no\"", "add_special_tokens")]
    [InlineData("/v1/detokenize", "\"prompt\":\"a\"", "tokens")]
    [InlineData("/v1/detokenize", "\"tokens\":\"a\"", "tokens")]
    [InlineData("/v1/detokenize", "\"tokens\":[1,\"a\"]", "tokens[1]")]
    [InlineData("/v1/detokenize", "\"tokens\":[1,257]", "tokens[1]")]
    [InlineData("/v1/detokenize", "\"tokens\":[9999999999]", "tokens[0]")]
    public async Task Post_BadRequest_Is400(string path, string fields, string parameter)
    {
        await using var app = await TextApp.StartAsync();

        var error = await app.FailAsync(path, $$"""{"model":"t",{{fields}}}""", 400);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }
}
