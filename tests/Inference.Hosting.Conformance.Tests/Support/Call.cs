// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>A REST call and its answer, before the answer is passed on: a broken server is a good one with some of this changed.</summary>
internal sealed class Call
{
    public const string LengthHeader = "Inference-Header-Content-Length";

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required byte[] Sent { get; set; }

    /// <summary>Null until the good server was asked; a spoiler that sets it keeps that server from being asked.</summary>
    public int? Status { get; set; }

    public byte[] Body { get; set; } = [];

    public string? Type { get; set; }

    public int? JsonLength { get; set; }

    public string? Encoding { get; init; }

    /// <summary>Whether bytes stand behind the JSON of the request.</summary>
    public bool IsBinary { get; init; }

    public bool IsInfer => Path.EndsWith("/infer", StringComparison.Ordinal);

    public bool IsOk => Status == 200;

    public string SentText => System.Text.Encoding.UTF8.GetString(Sent);

    /// <summary>Answers by itself.</summary>
    public void Answer(int status, string body = "", string type = "application/json")
        => (Status, Body, Type, JsonLength) = (status, System.Text.Encoding.UTF8.GetBytes(body), type, null);

    public void Refuse(int status = 400, string error = "No.") => Answer(status, new JsonObject { ["error"] = error }.ToJsonString());

    /// <summary>Changes the JSON of the answer, if it is some; binary data behind it stays.</summary>
    public void Edit(Action<JsonNode> edit)
    {
        var length = JsonLength ?? Body.Length;
        if (length == 0 || Body[0] is not ((byte)'{' or (byte)'['))
        {
            return;
        }

        var json = JsonNode.Parse(Body.AsSpan(0, length))!;
        edit(json);
        byte[] text = [.. System.Text.Encoding.UTF8.GetBytes(json.ToJsonString())];
        JsonLength = JsonLength is null ? null : text.Length;
        Body = [.. text, .. Body[length..]];
    }

    /// <summary>Changes the JSON of the request before the good server sees it; the length header is that of the new text.</summary>
    public void EditSent(Action<JsonNode> edit)
    {
        if (IsInfer && Sent is [(byte)'{', .., (byte)'}'])
        {
            var json = JsonNode.Parse(Sent)!;
            edit(json);
            Sent = System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
        }
    }
}
