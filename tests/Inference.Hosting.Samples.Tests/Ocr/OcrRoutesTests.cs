// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Inference.Hosting.Samples.Ocr;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Samples.Tests.Ocr;

[Collection(OcrCollection.Name)]
public sealed class OcrRoutesTests(OcrApp app)
{
    [Fact]
    public async Task Ocr_UploadThatIsNoPicture_Answers400()
    {
        using var client = app.CreateClient();

        using var response = await client.UploadAsync(Encoding.UTF8.GetBytes("this is no picture"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("no picture", await ErrorOf(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ocr_EmptyUpload_Answers400()
    {
        using var client = app.CreateClient();

        using var response = await client.UploadAsync([]);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Ocr_FewBytesThatPromiseBillionsOfPixels_Answers413()
    {
        using var client = app.CreateClient();

        using var response = await client.UploadAsync(HugePicture());

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("60000 x 60000", await ErrorOf(response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OcrModels.Detect)]
    [InlineData(OcrModels.Direction)]
    [InlineData(OcrModels.Recognize)]
    public async Task V2_EachModel_IsServed(string model)
    {
        using var client = app.CreateClient();

        var metadata = await client.GetFromJsonAsync<JsonElement>(
            $"/v2/models/{model}", TestContext.Current.CancellationToken);

        Assert.Equal(model, metadata.GetProperty("name").GetString());
        Assert.Equal(OcrModels.Input, metadata.GetProperty("inputs")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task V2_Direction_ReadsTensorsOfCallers()
    {
        using var client = app.CreateClient();
        var request = new
        {
            inputs = new[]
            {
                new { name = OcrModels.Input, datatype = "FP32", shape = new[] { 1, 3, 48, 192 }, data = new float[3 * 48 * 192] },
            },
        };

        using var response = await client.PostAsJsonAsync(
            $"/v2/models/{OcrModels.Direction}/infer", request, TestContext.Current.CancellationToken);

        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var probabilities = answer.GetProperty("outputs")[0].GetProperty("data").EnumerateArray()
            .Select(value => value.GetSingle());
        Assert.Equal(1, probabilities.Sum(), 0.001f);
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(1, 320)]
    [InlineData(3, 400)]
    public async Task Recognize_AnyWidth_AnswersOneStepForEachEighthPixel(int rows, int width)
    {
        var client = app.Services.GetRequiredKeyedService<IInferenceClient>(OcrModels.Recognize);
        var request = new InferenceRequest
        {
            Inputs =
            {
                [OcrModels.Input] = InferenceTensor.Create(new float[rows * 3 * 48 * width], rows, 3, 48, width),
            },
        };

        using var response = await client.InferAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal([rows, width / 8, 6625], response.Outputs.Items[0].Value.Shape);
    }

    private static async Task<string> ErrorOf(HttpResponseMessage response)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return body.GetProperty("error").GetString()!;
    }

    // A GIF of one pixel on a canvas of 60,000 by 60,000.
    private static byte[] HugePicture()
        =>
        [
            .. "GIF89a"u8, 0x60, 0xEA, 0x60, 0xEA, 0x80, 0, 0, 0, 0, 0, 255, 255, 255,
            0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
        ];
}
