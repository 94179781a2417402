// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.V1;
using Inference.Hosting.AspNetCore.V1.Reading;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Tests.V1.Reading;

public sealed class V1JsonParserTests
{
    private static readonly ModelMetadata _metadata = new(
        "m", "1", [TestModels.Spec("n", TensorDataType.FP32, -1, -1), TestModels.Spec("s", TensorDataType.Bytes, -1)], []);

    [Theory]
    [InlineData("""{"skip":{"instances":[1]},"instances":[{"n":[1.5,-2e3],"s":"aé\u00e9"},{"s":{"b64":"\/\/8="},"n":[]}],"more":[[]]}""")]
    [InlineData("""{"inputs":{"s":["a",{"b64":"AQ=="}],"n":[[1.5],[25]]}}""")]
    [InlineData("""{"instances":[{"n":[1,2]},{"n":[1,"2"]}]}""")]
    [InlineData("""{"instances":[{"n":[1,2],"s":{"b64":"?"}}]}""")]
    [InlineData("""{"instances":[{"n":[1,2],"s":"a"},{"n":[3],"x":1}]}""")]
    [InlineData("""{"instances":[{"n":[1,2],"s":"a"}]}]""")]
    public void Feed_InAnyPieces_ReadsTheSame(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var whole = Read(bytes, bytes.Length);

        for (var piece = 1; piece < bytes.Length; piece++)
        {
            Assert.Equal(whole, Read(bytes, piece));
        }
    }

    // As a body arrives: what was not used comes again with the next piece.
    private static string Read(byte[] text, int piece)
    {
        using var request = new V1Request(_metadata);
        var parser = new V1JsonParser(request, new InferenceHttpOptions());
        try
        {
            var (used, end) = (0, 0);
            do
            {
                end = Math.Min(end + piece, text.Length);
                used += (int)parser.Feed(new ReadOnlySequence<byte>(text.AsMemory(used, end - used)), end == text.Length);
            }
            while (end < text.Length);
        }
        catch (InferenceException exception)
        {
            return $"{exception.Code} {exception.Parameter} {exception.Message}";
        }

        return string.Join('\n', request.Inputs.Select(input =>
            $"{input.Spec.Name} {Convert.ToHexString(input.Data.Span)} {string.Join(' ', input.Runs)} {request.Count} {request.IsColumnar}"));
    }
}
