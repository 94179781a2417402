// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.AspNetCore.V2.Reading;

namespace Inference.Hosting.AspNetCore.Tests.V2.Reading;

/// <summary>Numbers are read in runs where the text lies in one piece, and one by one where it comes in crumbs: nobody can tell the difference.</summary>
public sealed class TensorDataReaderTests
{
    private static readonly string[] _types =
        ["FP32", "FP64", "FP16", "BF16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"];

    public static TheoryData<string> Types => [.. _types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Read_RandomTensors_AreTheSameInRunsAndOneByOne(string type)
    {
        var random = new Random(Array.IndexOf(_types, type));
        for (var i = 0; i < 200; i++)
        {
            var text = MakeTensor(random, type);
            var expected = Parse(text, 1);
            Assert.StartsWith("ok", expected, StringComparison.Ordinal);
            Assert.Equal(expected, Parse(text, int.MaxValue));
            Assert.Equal(expected, Parse(text, random.Next(2, 40)));
            Assert.Equal(expected, Parse(text, int.MaxValue, segment: random.Next(2, 40)));
            Assert.Equal(expected, Parse(text, random.Next(20, 80), segment: random.Next(2, 20)));
        }
    }

    [Fact]
    public void Read_NestedDataCutAnywhere_IsTheSame()
    {
        const string Text = """{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2,3],"data":[ [[1.5,-2e0 ,3],[0.25, 5,6.125]],\n[[7,8,9] , [\t10 , 11,12.5]] ]}]}""";
        var bytes = Encoding.UTF8.GetBytes(Text.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal));
        var expected = Parse(bytes, 1);
        Assert.StartsWith("ok", expected, StringComparison.Ordinal);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(expected, Parse(bytes, cut));
            Assert.Equal(expected, Parse(bytes, int.MaxValue, segment: cut));
        }
    }

    [Fact]
    public void Read_RandomDamage_IsRefusedWithTheSameWords()
    {
        var random = new Random(11);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = MakeTensor(random, _types[random.Next(_types.Length)]);
            for (var j = random.Next(1, 3); j > 0; j--)
            {
                bytes[random.Next(bytes.Length)] = (byte)"[],,]0-1e.\n\" :xtE+9"[random.Next(19)];
            }

            var expected = Parse(bytes, 1);
            refused += expected.StartsWith("ok", StringComparison.Ordinal) ? 0 : 1;
            Assert.Equal(expected, Parse(bytes, int.MaxValue));
            Assert.Equal(expected, Parse(bytes, random.Next(2, 40)));
            Assert.Equal(expected, Parse(bytes, int.MaxValue, segment: random.Next(2, 40)));
        }

        Assert.InRange(refused, 5_000, 20_000);
    }

    [Fact]
    public void Read_FaultBehindRuns_NamesLineAndByte()
    {
        var text = "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[9],\"data\":[1.5,2,\n3,4,\n  5, 6, 7, x]}]}";

        Assert.Contains("near line 3, byte 12.", Parse(Encoding.UTF8.GetBytes(text), int.MaxValue), StringComparison.Ordinal);
        Assert.Contains("near line 3, byte 12.", Parse(Encoding.UTF8.GetBytes(text), 1), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TensorBytesAboveTheLimit_IsRefusedAtTheSameElement()
    {
        var options = new InferenceHttpOptions { MaxTensorBytes = 4096 };
        foreach (var count in (int[])[1023, 1024, 1025, 5000])
        {
            var text = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","datatype":"FP32","data":[{{string.Join(',', Enumerable.Repeat("0.5", count))}}],"shape":[{{count}}]}]}""");

            Assert.Equal(count <= 1024, Parse(text, int.MaxValue, options).StartsWith("ok", StringComparison.Ordinal));
            Assert.Equal(Parse(text, 1, options), Parse(text, int.MaxValue, options));
        }
    }

    private static byte[] MakeTensor(Random random, string type)
    {
        int[] shape = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 7))];
        var isNested = random.Next(3) > 0;
        var text = new StringBuilder("{\"inputs\":[{\"name\":\"x\",");
        var head = $"\"datatype\":\"{type}\",\"shape\":[{string.Join(',', shape)}]";
        var isLast = random.Next(4) == 0;
        text.Append(isLast ? "" : head + ",").Append("\"data\":");
        if (isNested)
        {
            AppendNested(text, random, type, shape);
        }
        else
        {
            AppendNested(text, random, type, [shape.Aggregate(1, (a, b) => a * b)]);
        }

        text.Append(isLast ? "," + head : "").Append("}]}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendNested(StringBuilder text, Random random, string type, ReadOnlySpan<int> shape)
    {
        text.Append('[');
        for (var i = 0; i < shape[0]; i++)
        {
            text.Append(i > 0 ? White(random) + "," : "").Append(White(random));
            if (shape.Length > 1)
            {
                AppendNested(text, random, type, shape[1..]);
            }
            else
            {
                text.Append(Number(random, type));
            }
        }

        text.Append(White(random)).Append(']');
    }

    private static string White(Random random) => random.Next(8) switch
    {
        0 => " ",
        1 => "\n",
        2 => "\r\n\t",
        _ => "",
    };

    private static string Number(Random random, string type)
    {
        var isSigned = type[0] != 'U';
        if (type[0] is 'I' or 'U')
        {
            var value = random.NextInt64(isSigned ? -128 : 0, 128);
            return random.Next(8) switch
            {
                0 => value.ToString(CultureInfo.InvariantCulture) + ".0",
                1 => (value / 100).ToString(CultureInfo.InvariantCulture) + "e1",
                2 when type.EndsWith("64", StringComparison.Ordinal) => random.NextInt64(isSigned ? long.MinValue : 0, long.MaxValue).ToString(CultureInfo.InvariantCulture),
                3 when type == "UINT64" => "18446744073709551615",
                _ => value.ToString(CultureInfo.InvariantCulture),
            };
        }

        var real = ((random.NextDouble() * 2) - 1) * random.Next(1, 1000);
        return random.Next(6) switch
        {
            0 => ((int)real).ToString(CultureInfo.InvariantCulture),
            1 => real.ToString("E10", CultureInfo.InvariantCulture),
            2 => real.ToString("F25", CultureInfo.InvariantCulture),
            3 => real.ToString("R", CultureInfo.InvariantCulture),
            _ => ((float)real).ToString("R", CultureInfo.InvariantCulture),
        };
    }

    private static string Parse(byte[] bytes, int crumb, InferenceHttpOptions? options = null, int segment = int.MaxValue)
    {
        options ??= new InferenceHttpOptions();
        using var request = new V2Request(options);
        var parser = new V2JsonParser(options);
        parser.Begin(request, null);
        try
        {
            var used = 0;
            for (var arrived = 0; arrived < bytes.Length;)
            {
                arrived = (int)Math.Min((long)arrived + crumb, bytes.Length);
                used += (int)parser.Feed(Segments.Of(bytes.AsMemory(used, arrived - used), segment), arrived == bytes.Length);
            }
        }
        catch (InferenceException exception)
        {
            return exception.Message;
        }

        return "ok " + string.Join(' ', Enumerable.Range(0, request.InputCount)
            .Select(i => $"{request[i].Name}{request[i].DataType}{request[i].Shape}{Convert.ToHexString(request[i].Data.Span)}"));
    }
}
