// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Tests.V1;

/// <summary>What goes through a model that changes nothing comes back as it was, whatever its shape, type and axis of rows.</summary>
public sealed class RoundTripTests
{
    [Theory]
    [InlineData(TensorDataType.Int64)]
    [InlineData(TensorDataType.FP32)]
    [InlineData(TensorDataType.Bool)]
    [InlineData(TensorDataType.Bytes)]
    public async Task Predict_IdentityOfAnyShape_GivesBackTheInstances(TensorDataType type)
    {
        var random = new Random(11);
        for (var rank = 0; rank <= 4; rank++)
        {
            for (var axis = 0; axis <= rank; axis++)
            {
                var spec = new TensorSpec("x", type, Enumerable.Repeat(-1L, rank + 1).ToArray()) { BatchAxis = axis };
                await using var app = await PredictTests.StartAsync([FakeModel.Identity("id", spec)]);
                for (var i = 0; i < 10; i++)
                {
                    // Arrays without elements do not tell what would stand in them, so another axis than the first may be missing.
                    var shape = Enumerable.Range(0, rank).Select(_ => random.Next(axis == 0 ? 0 : 1, 4)).ToArray();
                    var rows = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Write(random, type, shape, 0)).ToList();
                    var body = $"[{string.Join(',', rows)}]";

                    var answer = await (await app.PostAsync("/v1/models/id:predict", $$"""{"instances":{{body}}}""")).Content.ReadAsStringAsync();

                    Assert.Equal($$"""{"predictions":{{body}}}""", answer);
                }
            }
        }
    }

    [Fact]
    public async Task Predict_RowsOfManyShapes_GiveBackTheInstances()
    {
        var random = new Random(12);
        await using var app = await PredictTests.StartAsync([FakeModel.Identity("id", new TensorSpec("x", TensorDataType.Bytes, [-1, -1, -1]) { BatchAxis = 1 })]);
        for (var i = 0; i < 100; i++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 30)).Select(_ => Write(random, TensorDataType.Bytes, [random.Next(1, 3), random.Next(1, 3)], 0));
            var body = $"[{string.Join(',', rows)}]";

            var answer = await (await app.PostAsync("/v1/models/id:predict", $$"""{"instances":{{body}}}""")).Content.ReadAsStringAsync();

            Assert.Equal($$"""{"predictions":{{body}}}""", answer);
        }
    }

    private static string Write(Random random, TensorDataType type, int[] shape, int axis)
        => axis == shape.Length
            ? Element(random, type)
            : $"[{string.Join(',', Enumerable.Range(0, shape[axis]).Select(_ => Write(random, type, shape, axis + 1)))}]";

    private static string Element(Random random, TensorDataType type) => type switch
    {
        TensorDataType.Int64 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        TensorDataType.FP32 => (random.Next(-1000, 1000) / 8f).ToString(CultureInfo.InvariantCulture),
        TensorDataType.Bool => random.Next(2) == 0 ? "true" : "false",
        _ => random.Next(3) switch
        {
            0 => $$"""{"b64":"{{Convert.ToBase64String([0xFF, (byte)random.Next(256)])}}"}""",
            1 => "\"\"",
            _ => $"\"{Encoding.UTF8.GetString([0xC3, (byte)random.Next(0x80, 0xC0)])}\"",
        },
    };
}
