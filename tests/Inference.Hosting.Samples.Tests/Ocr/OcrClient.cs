// SPDX-License-Identifier: Apache-2.0

using System.Net.Http.Json;
using Inference.Hosting.Samples.Ocr;

namespace Inference.Hosting.Samples.Tests.Ocr;

/// <summary>Uploads pictures as a browser does.</summary>
internal static class OcrClient
{
    public static async Task<OcrResult> ReadAsync(this HttpClient client, byte[] picture)
    {
        using var response = await client.UploadAsync(picture);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<OcrResult>(TestContext.Current.CancellationToken))!;
    }

    public static async Task<HttpResponseMessage> UploadAsync(this HttpClient client, byte[] picture)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(picture), "photo", "photo.png" } };
        return await client.PostAsync("/ocr", form, TestContext.Current.CancellationToken);
    }
}
