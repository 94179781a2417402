// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Inference.Hosting.Docs.Tests.FivePrograms;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.Docs.Tests;

public sealed class FiveProgramsTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory();

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task VisionClassifier_Pictures_AreToldApart()
    {
        WriteModel("models/pets", "cat", "dog", "fish");
        await using var app = await StartAsync(VisionClassifierProgram.Build);
        using var http = Client(app);

        Assert.Equal("cat", (await PostAsync(http, "/pets", Picture(255, 0, 0))).Name);
        Assert.Equal("fish", (await PostAsync(http, "/pets", Picture(0, 0, 255))).Name);
        using var infer = await http.PostAsJsonAsync("/v2/models/PetClassifier/infer", new
        {
            inputs = new[] { new { name = "image", datatype = "FP32", shape = new[] { 2, 3, 8, 8 }, data = new float[2 * 3 * 8 * 8] } },
        });
        var answer = await infer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal([2, 3], answer.GetProperty("outputs")[0].GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt32()));
    }

    [Fact]
    public async Task Embeddings_Query_FindsTheNearestNote()
    {
        await using var app = await StartAsync(EmbeddingsProgram.Build);
        using var http = Client(app);
        foreach (var text in (string[])["buy milk and bread", "call the dentist", "water the plants"])
        {
            (await http.PostAsJsonAsync("/notes", new { text })).EnsureSuccessStatusCode();
        }

        var found = await http.GetFromJsonAsync<EmbeddingsProgram.Note>("/notes?query=dentist");

        Assert.Equal("call the dentist", found?.Text);
    }

    [Fact]
    public async Task Chat_Answer_IsStreamedByWords()
    {
        await using var app = await StartAsync(ChatProgram.Build);
        using var http = Client(app);

        using var answer = await http.PostAsJsonAsync("/chat", new { text = "good morning" });

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("data: good\n\ndata: morning\n\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task RemoteServer_SameRoutes_AnswerWithTheRemoteModel()
    {
        WriteModel("models/pets", "cat", "dog", "fish");
        await using var far = await StartAsync(VisionClassifierProgram.Build);
        await using var near = await StartAsync(args => RemoteServerProgram.Build(args, new Uri(far.Urls.First())));
        using var http = Client(near);
        var red = new float[3 * 8 * 8];
        red.AsSpan(0, 64).Fill(1);

        using var infer = await http.PostAsJsonAsync("/v2/models/pets/infer", new
        {
            inputs = new[] { new { name = "image", datatype = "FP32", shape = new[] { 1, 3, 8, 8 }, data = red } },
        });

        var answer = await infer.Content.ReadFromJsonAsync<JsonElement>();
        var scores = answer.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle()).ToList();
        Assert.Equal(0, scores.IndexOf(scores.Max()));
        Assert.Equal("pets", answer.GetProperty("model_name").GetString());
    }

    [Fact]
    public async Task TwoVersions_PinnedCaller_StaysWithTheOldOne()
    {
        WriteModel("models/pets-1", "cat", "dog", "fish");
        WriteModel("models/pets-2", "kitten", "puppy", "herring");
        await using var app = await StartAsync(TwoVersionsProgram.Build);
        using var http = Client(app);

        var (latest, pinned) = (await PostAsync(http, "/pets", Picture(0, 255, 0)), await PostAsync(http, "/report", Picture(0, 255, 0)));

        Assert.Equal(("puppy", "2"), (latest.Name, latest.Version));
        Assert.Equal(("dog", "1"), (pinned.Name, pinned.Version));
    }

    private static HttpClient Client(WebApplication app) => new() { BaseAddress = new Uri(app.Urls.First()), Timeout = _patience };

    private static async Task<Pet> PostAsync(HttpClient http, string path, byte[] picture)
    {
        using var answer = await http.PostAsync(path, new ByteArrayContent(picture));
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Pet>())!;
    }

    private static byte[] Picture(byte red, byte green, byte blue)
        => [.. Encoding.ASCII.GetBytes("P6\n4 4\n255\n"), .. Enumerable.Repeat((byte[])[red, green, blue], 16).SelectMany(pixel => pixel)];

    private async Task<WebApplication> StartAsync(Func<string[], WebApplication> build)
    {
        var app = build([$"--contentRoot={_root.FullName}", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning"]);
        await app.StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().WaitAsync(_patience);
        return app;
    }

    /// <summary>The name of a picture is the place of its strongest colour.</summary>
    private void WriteModel(string folder, params string[] labels)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root.FullName, folder)).FullName;
        File.WriteAllLines(Path.Combine(path, "labels.txt"), labels);
        File.WriteAllBytes(Path.Combine(path, "model.onnx"), new OnnxModelWriter { GraphName = "pets" }
            .Input("image", TensorDataType.FP32, "batch", 3, 8, 8)
            .Output("probabilities", TensorDataType.FP32, "batch", 3)
            .Node("GlobalAveragePool", ["image"], ["pooled"])
            .Node("Flatten", ["pooled"], ["means"])
            .Node("Softmax", ["means"], ["probabilities"])
            .ToBytes());
    }
}
