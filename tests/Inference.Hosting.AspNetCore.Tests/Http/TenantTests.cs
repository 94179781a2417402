// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Backends;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Inference.Hosting.AspNetCore.Tests.Http;

/// <summary>Fair sharing over HTTP, whose flows come from bearer tokens.</summary>
public sealed class TenantTests : IDisposable
{
    private const int Flood = 200;
    private const int Small = 4;
    private const int Cap = 8;
    private const string Path = "/v2/models/fake/infer";

    private readonly SymmetricSecurityKey _key = new(RandomNumberGenerator.GetBytes(32));
    private readonly ConcurrentQueue<float> _order = new();
    private readonly ManualResetEventSlim _gate = new();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task Infer_OneCallerFloods_AnotherIsNeverRefusedAndGoesNext()
    {
        await using var app = await StartAsync();
        using var flooding = Client(app, "flood");
        using var small = Client(app, "small");

        // The flood fills its share of the queue and is refused beyond it.
        var floods = Enumerable.Range(0, Flood).Select(i => PostAsync(flooding, 1)).ToList();
        await UntilAsync(() => floods.Count(call => call.IsCompleted) >= Flood - 80 - Cap
            && InFlight(app) == floods.Count(call => !call.IsCompleted));
        var before = InFlight(app);
        var calls = Enumerable.Range(0, Small).Select(i => PostAsync(small, 2)).ToList();
        await UntilAsync(() => InFlight(app) >= before + Small);
        _gate.Set();

        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(HttpStatusCode.OK, answer));
        var answers = await Task.WhenAll(floods);
        Assert.Contains(HttpStatusCode.OK, answers);
        Assert.All(answers, answer => Assert.True(answer is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, answer.ToString()));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);

        // One run was under way; half of the next is the small caller's, however many of the flood came before.
        var last = _order.Index().Last(row => row.Item == 2).Index;
        Assert.InRange(last, 0, (2 * Cap) + Small);
    }

    [Fact]
    public async Task Infer_WithoutToken_IsOneFlowWhateverItClaims()
    {
        await using var app = await StartAsync();
        using var named = Client(app, "small");

        // A header is not an identity: a thousand names of an anonymous caller are one flow.
        var floods = Enumerable.Range(0, Flood).Select(async i =>
        {
            using var anonymous = new HttpClient { BaseAddress = app.Address, Timeout = TestApp.Patience };
            anonymous.DefaultRequestHeaders.Add("X-Tenant", $"t{i}");
            return await PostAsync(anonymous, 1);
        }).ToList();
        await UntilAsync(() => floods.Count(call => call.IsCompleted) >= Flood - 80 - Cap);
        var call = PostAsync(named, 2);
        _gate.Set();

        Assert.Equal(HttpStatusCode.OK, await call);
        Assert.Contains(HttpStatusCode.TooManyRequests, await Task.WhenAll(floods));
    }

    private Task<TestApp> StartAsync() => OnnxApp.StartAsync(
        services => services.AddModel("fake")
            .UseFunction([new TensorSpec("x", TensorDataType.FP32, [-1, 1])], [new TensorSpec("y", TensorDataType.FP32, [-1, 1])], Run)
            .WithBatching(options => options.MaxBatchSize = Cap)
            .WithQueue(options =>
            {
                options.MaxQueuedRows = 100;
                options.Tenants["small"] = 1;
                options.Tenants["flood"] = 1;
            })
            .WithWarmup(options => options.Enabled = false),
        kestrel: true,
        configure: builder =>
        {
            builder.Services.AddAuthorization();
            builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    IssuerSigningKey = _key,
                    ValidateIssuer = false,
                    ValidateAudience = false,
                });
        });

    private void Run(FunctionBatch batch, CancellationToken cancellationToken)
    {
        _gate.Wait(cancellationToken);
        var values = batch.Input<float>("x");
        foreach (var value in values)
        {
            _order.Enqueue(value);
        }

        values.CopyTo(batch.Output<float>("y", batch.Rows, 1));
    }

    private HttpClient Client(TestApp app, string subject)
    {
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Subject = new ClaimsIdentity([new Claim("sub", subject)]),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
        });
        var client = new HttpClient { BaseAddress = app.Address, Timeout = TestApp.Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, int value)
    {
        var body = $$"""{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[{{value}}]}]}""";
        using var answer = await client.PostAsync(Path, new StringContent(body, Encoding.UTF8, "application/json"));
        return answer.StatusCode;
    }

    private static int InFlight(TestApp app) => app.Services.GetRequiredService<IModelCatalog>().Models[0].Default!.Load!.Value.InFlight;

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TestApp.Patience);
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
