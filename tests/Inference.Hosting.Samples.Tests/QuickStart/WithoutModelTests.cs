// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Json;
using global::QuickStart;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.Samples.Tests.QuickStart;

/// <summary>The app and its classes without their models, as docs/testing.md shows it.</summary>
public sealed class WithoutModelTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static readonly ModelMetadata _metadata = new(
        "languages",
        "1",
        [new TensorSpec("ngrams", TensorDataType.Int64, [-1, -1])],
        [new TensorSpec("probabilities", TensorDataType.FP32, [-1, 3]) { Labels = ["de", "en", "ru"] }]);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeBackend _languages = new(Probabilities) { Metadata = _metadata };
    private readonly WebApplicationFactory<Race> _factory;

    public WithoutModelTests() => _factory = new WebApplicationFactory<Race>().WithWebHostBuilder(host => host.ConfigureTestServices(test =>
    {
        test.AddModel("languages").UseBackend(_ => _languages);
        test.AddSingleton<TimeProvider>(_time);
        test.Configure<InferenceHttpOptions>(options => options.RequestTimeout = TimeSpan.FromSeconds(5));
    }));

    private static (string Name, InferenceTensor Value) Probabilities => ("probabilities", InferenceTensor.Create([0.1f, 0.7f, 0.2f], 1, 3));

    [Fact]
    public async Task Detect_FakeClient_RanksAndGivesAllBack()
    {
        var client = new FakeInferenceClient(Probabilities) { Metadata = _metadata };

        var answer = await new LanguageDetector(client).DetectAsync([17, 42], TestContext.Current.CancellationToken);

        Assert.Equal("en", answer.Scores[0].Label);
        Assert.Equal([17L, 42L], client.LastRequest!.Inputs["ngrams"].ToArray<long>());
        Assert.Equal((1, 0, 0), (client.CallCount, client.OpenLeases, client.OpenResponses));
    }

    [Fact]
    public async Task Detect_FailingClient_LetsTheCallerKnowAndGivesTheLeaseBack()
    {
        var client = new FakeInferenceClient(new InferenceException(InferenceErrorCode.QueueFull, "Busy.")) { Metadata = _metadata };

        await Assert.ThrowsAsync<InferenceException>(() => new LanguageDetector(client).DetectAsync([1], TestContext.Current.CancellationToken));

        Assert.Equal(0, client.OpenLeases);
    }

    [Fact]
    public async Task Post_ReplacedBackend_IsAskedByTheAppsOwnClass()
    {
        using var http = await StartAsync();

        using var response = await http.PostAsJsonAsync("/api/languages", new { text = "Hello there" }, TestContext.Current.CancellationToken);

        Assert.Contains("\"en\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(1, _languages.CallCount);
    }

    [Fact]
    public async Task Infer_BackendThatHangs_EndsByTheManualClock()
    {
        using var http = await StartAsync();
        _languages.CallGate.Close();

        var call = InferAsync(http);
        await _languages.CallGate.ArrivedAsync(1).WaitAsync(_patience, TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(HttpStatusCode.GatewayTimeout, (await call.WaitAsync(_patience, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Infer_BackendThatWentDown_Is503UntilItIsBack()
    {
        using var http = await StartAsync();
        _languages.Unavailable = "The server behind it is gone.";

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await InferAsync(http)).StatusCode);
        _languages.Unavailable = null;
        Assert.Equal(HttpStatusCode.OK, (await InferAsync(http)).StatusCode);
    }

    [Fact]
    public async Task Infer_LoadThatFails_Is503UntilTheClockMoves()
    {
        _languages.FailLoads(1);
        using var http = _factory.CreateClient();
        await _languages.LoadGate.ArrivedAsync(1).WaitAsync(_patience, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await InferAsync(http)).StatusCode);

        using var patience = new CancellationTokenSource(_patience);
        while ((await InferAsync(http)).StatusCode != HttpStatusCode.OK)
        {
            patience.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(2, _languages.LoadCount);
    }

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    private static Task<HttpResponseMessage> InferAsync(HttpClient http) => http.PostAsJsonAsync(
        "/v2/models/languages/infer",
        new { inputs = new[] { new { name = "ngrams", datatype = "INT64", shape = new[] { 1, 2 }, data = new[] { 17, 42 } } } },
        TestContext.Current.CancellationToken);

    private async Task<HttpClient> StartAsync()
    {
        var http = _factory.CreateClient();
        await _factory.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken);
        return http;
    }
}
