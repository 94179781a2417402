// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.AspNetCore.V2.Reading;

namespace Inference.Hosting.AspNetCore.Tests.V2.Reading;

public sealed class V2JsonParserTests
{
    private const string Text =
        """
        { "outputs" : [ {"name":"o\u0031","parameters":{"binary_data":true,"x":[]}} ], "skip":{"a":[{"b":[1,2,{}]}],"c":"]"},
          "inputs":[
           {"data":[[1.5,-2e0],[3,4]],"name":"late","shape":[2,2],"datatype":"FP32"},
           {"name":"text","datatype":"BYTES","shape":[3],"data":["a\n","","日本"]},
           {"datatype":"INT64","shape":[1,2],"data":[[9007199254740993,-1]],"name":"x","parameters":{"p":null}}
          ], "id":"i d", "parameters":{"priority":2,"s":"t","f":1.25,"b":false} }  
        """;

    private static readonly string _good = Text.Replace(",\"x\":[]", "", StringComparison.Ordinal);

    [Fact]
    public void Feed_CutAnywhere_ReadsTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(_good);
        var expected = Parse(bytes, [bytes.Length]);

        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(expected, Parse(bytes, [cut, bytes.Length - cut]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Feed_SmallPieces_ReadTheSame(int size)
    {
        var bytes = Encoding.UTF8.GetBytes(_good);
        int[] pieces = [.. Enumerable.Repeat(size, bytes.Length / size), .. bytes.Length % size == 0 ? (int[])[] : [bytes.Length % size]];

        Assert.Equal(Parse(bytes, [bytes.Length]), Parse(bytes, pieces));
        Assert.Equal(Parse(bytes, [bytes.Length]), Parse(bytes, [bytes.Length], segmentSize: size));
    }

    [Fact]
    public void Feed_CutAnywhere_RefusesTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Contains("'x'", Assert.Throws<InferenceException>(() => Parse(bytes, [cut, bytes.Length - cut])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Feed_RandomDamage_NeverThrowsAnythingElse()
    {
        var good = Encoding.UTF8.GetBytes(_good);
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var j = random.Next(1, 4); j > 0; j--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"[]{},:\"0-1e.\\tfn"[random.Next(16)];
            }

            try
            {
                Parse(bytes, [bytes.Length / 2, bytes.Length - (bytes.Length / 2)]);
            }
            catch (InferenceException exception)
            {
                Assert.InRange((int)exception.Code, 0, (int)InferenceErrorCode.PayloadTooLarge);
                refused++;
            }
        }

        Assert.InRange(refused, 10_000, 20_000);
    }

    private static string Parse(byte[] bytes, int[] pieces, int segmentSize = int.MaxValue)
    {
        using var request = new V2Request(new InferenceHttpOptions());
        var parser = new V2JsonParser(new InferenceHttpOptions());
        parser.Begin(request, null);
        var used = 0L;
        var arrived = 0;
        foreach (var piece in pieces)
        {
            arrived += piece;
            var memory = bytes.AsMemory((int)used, arrived - (int)used);
            used += parser.Feed(Segments.Of(memory, segmentSize), arrived == bytes.Length);
        }

        var text = new StringBuilder();
        text.Append(request.Inference.Id).Append(request.Priority).Append(string.Join(',', request.Inference.Parameters ?? new Dictionary<string, object>()));
        foreach (var output in request.Outputs)
        {
            text.Append(output.Name).Append(output.IsBinary);
        }

        for (var i = 0; i < request.InputCount; i++)
        {
            var input = request[i];
            text.Append(input.Name).Append(input.DataType).Append(input.Shape).Append(Convert.ToHexString(input.Data.Span));
        }

        return text.ToString();
    }
}
