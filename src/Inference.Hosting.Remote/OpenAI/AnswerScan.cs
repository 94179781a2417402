// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>What matters of one JSON object of a stream: where its model is named, its usage, whether it is an error.</summary>
internal ref struct AnswerScan
{
    /// <summary>Where the name of the model stands, quotes included; −1 for nowhere.</summary>
    public int ModelStart { get; private set; }

    public int ModelEnd { get; private set; }

    public TokenUsage? Usage { get; private set; }

    public bool HasError { get; private set; }

    /// <summary>Whether it holds usage and no choice: the chunk that is only there because usage was asked for.</summary>
    public readonly bool IsUsageOnly => Usage is not null && _hasNoChoices;

    private bool _hasNoChoices;

    /// <summary>Scans an object. What is no valid JSON has nothing of interest.</summary>
    public static AnswerScan Of(ReadOnlySpan<byte> json)
    {
        var scan = new AnswerScan { ModelStart = -1 };

        // Quotes inside strings are escaped, so these are names or whole texts; and most events have none or only the first.
        var hasModel = json.IndexOf("\"model\""u8) >= 0;
        var hasMore = json.IndexOf("\"usage\""u8) >= 0 || json.IndexOf("\"error\""u8) >= 0;
        if (hasModel || hasMore)
        {
            try
            {
                scan.Read(json, hasMore);
            }
            catch (JsonException)
            {
                return new AnswerScan { ModelStart = -1 };
            }
        }

        return scan;
    }

    private void Read(ReadOnlySpan<byte> json, bool hasMore)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadObject(ref reader, hasMore, isNested: false);
        }
    }

    private void ReadObject(ref Utf8JsonReader reader, bool hasMore, bool isNested)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && ModelStart < 0)
                {
                    (ModelStart, ModelEnd) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                    if (!hasMore)
                    {
                        return;
                    }
                }

                reader.Skip();
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                Usage = UsageReader.Read(ref reader) ?? Usage;
            }
            else if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                var first = reader;
                _hasNoChoices = reader.TokenType == JsonTokenType.StartArray && first.Read() && first.TokenType == JsonTokenType.EndArray;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("error"u8) && !isNested)
            {
                reader.Read();
                HasError = reader.TokenType != JsonTokenType.Null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("response"u8) && !isNested)
            {
                // Events of the Responses API hold the whole response, and name the model there.
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadObject(ref reader, hasMore, isNested: true);
                    if (!hasMore && ModelStart >= 0)
                    {
                        return;
                    }
                }
                else
                {
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
