// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>Writes which stop ended a choice, as vLLM tells it: the text or the id; nothing when the model ended by itself.</summary>
internal static class StopReason
{
    public static void Write(Utf8JsonWriter writer, StopMatch? stop)
    {
        if (stop is { Text: { } text })
        {
            writer.WriteString("stop_reason"u8, text);
        }
        else if (stop is { TokenId: { } token })
        {
            writer.WriteNumber("stop_reason"u8, token);
        }
    }
}
