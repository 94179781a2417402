// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Tests.Support;

/// <summary>Bodies as vLLM writes them.</summary>
internal static class Chat
{
    public const string Request = """{"model":"qwen","messages":[{"role":"user","content":"hi"}]}""";

    public const string StreamRequest = """{"model":"qwen","stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    public const string Whole =
        """{"id":"chatcmpl-1","object":"chat.completion","created":1732406400,"model":"upstream/qwen","choices":[{"index":0,"message":{"role":"assistant","content":"the \"model\": x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":4}},"kv_transfer_params":null}""";

    public const string Done = "data: [DONE]\n\n";

    public const string UsageEvent =
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"upstream/qwen\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n";

    public static string Event(string text, string finish = "null", int choice = 0)
        => $$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"upstream/qwen","choices":[{"index":{{choice}},"delta":{"content":"{{text}}"},"finish_reason":{{finish}}}],"usage":null}""" + "\n\n";
}
