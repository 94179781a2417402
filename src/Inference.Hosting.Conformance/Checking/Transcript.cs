// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Inference.Hosting.Conformance.Checking;

/// <summary>Remembers the last call and its answer as evidence.</summary>
internal sealed class Transcript
{
    private const int Shown = 300;

    /// <summary>The request line, the status and the beginning of the body; null before the first call.</summary>
    public string? Last { get; private set; }

    public void Clear() => Last = null;

    public void Write(string request, ReadOnlySpan<byte> sent, string answer, ReadOnlySpan<byte> received)
    {
        var text = new StringBuilder($"> {request}");
        Append(text, "> ", sent);
        text.Append($"\n< {answer}");
        Append(text, "< ", received);
        Last = text.ToString();
    }

    private static void Append(StringBuilder text, string mark, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return;
        }

        var start = Encoding.UTF8.GetString(body[..Math.Min(body.Length, Shown)]);
        text.Append('\n').Append(mark);
        foreach (var character in start)
        {
            text.Append(char.IsControl(character) ? '·' : character);
        }

        if (body.Length > Shown)
        {
            text.Append($"… ({body.Length} bytes)");
        }
    }
}
