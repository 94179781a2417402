// SPDX-License-Identifier: Apache-2.0

// Published ahead of time: serves a model, calls itself over HTTP and in process, and says OK.
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Inference.Hosting;
using Inference.Hosting.Batching;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Configuration.AddInMemoryCollection(
[
    new("Inference:Models:Adder:Batching:MaxBatchSize", "8"),
    new("Inference:Models:Adder:Aliases:0", "org/adder"),
]);
builder.Services.AddModel<Adder>().UseOnnxRuntime(OnnxModels.AddSub().ToBytes());
builder.Services.AddHealthChecks().AddInference();
await using var app = builder.Build();
app.MapInference();
await app.StartAsync();
using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync(cancellationToken: limit.Token);

Check("configuration", app.Services.GetRequiredService<IOptionsMonitor<BatchingOptions>>().Get("Adder").MaxBatchSize, 8);
Check("in process", string.Join(',', await app.Services.GetRequiredService<Adder>().AddAsync(3, 4, limit.Token)), string.Join(',', Enumerable.Repeat(7, 16)));

using var client = new HttpClient
{
    BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
};
Check("ready", (int)(await client.GetAsync("/v2/health/ready", limit.Token)).StatusCode, 200);
Check("metadata", (await GetAsync("/v2/models/Adder")).GetProperty("inputs").GetArrayLength(), 2);

var ones = string.Join(',', Enumerable.Repeat(1, 16));
var body = $$"""
    {"inputs":[{"name":"INPUT0","datatype":"INT32","shape":[1,16],"data":[{{ones}}]},{"name":"INPUT1","datatype":"INT32","shape":[1,16],"data":[{{ones}}]}]}
    """;
var (status, answer) = await PostAsync(body);
Check("infer", status, 200);
Check("sum", answer.GetProperty("outputs")[0].GetProperty("data")[15].GetInt32(), 2);
Check("difference", answer.GetProperty("outputs")[1].GetProperty("data")[0].GetInt32(), 0);

(status, answer) = await PostAsync("""{"inputs":[]}""");
Check("refusal", status, 400);
Check("refusal says why", answer.GetProperty("error").GetString()!.Length > 10, true);

await app.StopAsync();
Console.WriteLine("OK");
return;

async Task<JsonElement> GetAsync(string path)
{
    using var document = JsonDocument.Parse(await client.GetStringAsync(path, limit.Token));
    return document.RootElement.Clone();
}

async Task<(int Status, JsonElement Body)> PostAsync(string json)
{
    using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
    using var response = await client.PostAsync("/v2/models/org%2Fadder/infer", content, limit.Token);
    using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(limit.Token));
    return ((int)response.StatusCode, document.RootElement.Clone());
}

static void Check<T>(string what, T actual, T expected)
{
    if (!EqualityComparer<T>.Default.Equals(actual, expected))
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {actual} instead of {expected}"));
        Environment.Exit(1);
    }
}

internal sealed class Adder(IInferenceClient client)
{
    public async Task<int[]> AddAsync(int left, int right, CancellationToken cancellationToken)
    {
        var request = new InferenceRequest
        {
            Inputs =
            {
                ["INPUT0"] = InferenceTensor.Create(Enumerable.Repeat(left, 16).ToArray(), 1, 16),
                ["INPUT1"] = InferenceTensor.Create(Enumerable.Repeat(right, 16).ToArray(), 1, 16),
            },
        };
        using var response = await client.InferAsync(request, cancellationToken);
        return response["OUTPUT0"].ToArray<int>();
    }
}
