// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Reading;

public sealed class SurrogateHalvesTests
{
    [Theory]
    [InlineData("""{"a":"\ud83d\ude00"}""", "😀")]
    [InlineData("""{"a":"x\ud83d"}""", "x\uFFFD")]
    [InlineData("""{"a":"\ude00y"}""", "\uFFFDy")]
    [InlineData("""{"a":"\uD83D\uD83D\uDE00"}""", "\uFFFD😀")]
    [InlineData("""{"a":"\ud83d\n\ude00"}""", "\uFFFD\n\uFFFD")]
    [InlineData("""{"a":"\\ud83d"}""", "\\ud83d")]
    [InlineData("""{"a":"\\\ud83d\\"}""", "\\\uFFFD\\")]
    [InlineData("""{"a":"\ud83d\u0041"}""", "\uFFFDA")]
    [InlineData("""{"\ud83d":1,"\ude00":2,"a":"in between","\ud83d":3}""", "in between")]
    public void Parse_HalvesOfSurrogatePairs_BecomeReplacementCharacters(string body, string expected)
    {
        using var document = RequestFields.Parse(Encoding.UTF8.GetBytes(body), 10);

        Assert.Equal(expected, RequestFields.Of(document).FindString("a"));
        Assert.Null(RequestFields.Of(document).FindString("absent"));
    }

    [Theory]
    [InlineData("""{"a":"\u""")]
    [InlineData("""{"a":"\ud83""")]
    [InlineData("""{"a":"\ud83d\u""")]
    [InlineData("""{"a":"\ud83x"}""")]
    [InlineData("""{"a":"\""")]
    public void Parse_CutEscape_IsInvalidInput(string body)
        => Assert.Throws<InferenceException>(() => RequestFields.Parse(Encoding.UTF8.GetBytes(body), 10));

    [Fact]
    public void Mend_NothingToMend_IsTheSameMemory()
    {
        ReadOnlyMemory<byte> body = Encoding.UTF8.GetBytes("""{"a":"\ud83d\ude00 \u00e9 \\u"}""");

        Assert.True(body.Equals(SurrogateHalves.Mend(body)));
    }
}
