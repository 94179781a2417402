// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Responses;

public sealed class InputItemTests
{
    [Fact]
    public async Task Post_Items_BecomeTheMessagesOfAChat()
    {
        var messages = await ReadAsync("""
            [{"role":"developer","content":"Rules"},
             {"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:image/png;base64,AQI="}]},
             {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"Hm"},{"type":"reasoning_text","text":"."}]},
             {"type":"message","role":"assistant","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"b","annotations":[]},{"type":"refusal","refusal":"no"}]},
             {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"x\":1}"},
             {"type":"function_call","call_id":"c2","name":"g","arguments":""},
             {"type":"function_call_output","call_id":"c1","output":"one"},
             {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]},
             {"role":"assistant","content":"c"},{"role":"assistant","content":"d"},
             {"role":"user","content":"e"}]
            """);

        Assert.Equal(
            [ChatRole.Developer, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Tool, ChatRole.Assistant, ChatRole.Assistant, ChatRole.User],
            messages.Select(message => message.Role));
        Assert.Equal(["Rules", "a", "b", "one", "two", "c", "d", "e"], messages.Select(message => message.Text));
        Assert.Equal(new byte[] { 1, 2 }, Assert.IsType<ImagePart>(messages[1].Content[1]).Data.ToArray());
        Assert.Equal(("Hm.", "no"), (messages[2].Reasoning, messages[2].Refusal));
        Assert.Equal([new ChatToolCall("c1", "f", "{\"x\":1}"), new ChatToolCall("c2", "g", "{}")], messages[2].ToolCalls);
        Assert.Equal(["c1", "c2"], messages[3..5].Select(message => message.ToolCallId));
    }

    [Fact]
    public async Task Post_CallsBeforeWords_AreOneTurn()
    {
        var messages = await ReadAsync("""
            [{"role":"user","content":"a"},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"role":"assistant","content":"b"}]
            """);

        Assert.Equal(2, messages.Count);
        Assert.Equal(("b", "c1"), (messages[1].Text, messages[1].ToolCalls[0].Id));
    }

    [Fact]
    public async Task Post_OldThoughtsOfAModelThatWantsNone_AreLeftOut()
    {
        var messages = await ReadAsync(
            """[{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"Hm"}]},{"role":"user","content":"a"}]""",
            GenerationInfo.Default);

        Assert.Equal((ChatRole.User, "a"), (Assert.Single(messages).Role, messages[0].Text));
    }

    private static async Task<List<ChatMessage>> ReadAsync(string items, GenerationInfo? info = null)
    {
        var model = new ScriptedChatModel("ok");
        model.Info = info ?? model.Info;
        await using var app = await OpenAIApp.StartChatAsync(model);

        // The request refers to the body, which lives until the answer is there: texts are its own.
        await app.ResponseAsync("\"input\":" + items);
        return [.. model.LastRequest!.Messages];
    }
}
