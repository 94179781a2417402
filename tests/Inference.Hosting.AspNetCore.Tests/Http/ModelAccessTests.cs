// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Http;

public sealed class ModelAccessTests
{
    [Theory]
    [InlineData(null, 401)]
    [InlineData("bob", 403)]
    [InlineData("alice", 200)]
    public async Task Infer_ModelWithPolicy_AsksIt(string? user, int status)
    {
        await using var app = await StartAsync("owners");

        var response = await app.PostAsync("/v2/models/addsub/infer", System.Text.Encoding.UTF8.GetBytes(TestModels.AddSubBody), null, ("X-User", user ?? ""));

        Assert.Equal(status, (int)response.StatusCode);
        if (status != 200)
        {
            Assert.Contains("addsub", await TestApp.ErrorAsync(response, (HttpStatusCode)status), StringComparison.Ordinal);
        }

        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("bob", 200)]
    public async Task Get_DefaultPolicy_StandsForTheEmptyName(string? user, int status)
    {
        await using var app = await StartAsync("");
        foreach (var path in new[] { "/v2/models/addsub", "/v2/models/addsub/config", "/v2/models/addsub/stats" })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("X-User", user ?? "");

            Assert.Equal(status, (int)(await app.Client.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task Get_StatisticsOfAll_ShowsWhatTheCallerMayUse()
    {
        await using var app = await StartAsync("owners");

        var json = await TestApp.JsonAsync(await app.GetAsync("/v2/models/stats"));

        Assert.Equal("free", Assert.Single(json.GetProperty("model_stats").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Get_ModelReady_IsAnonymousEvenUnderAFallbackPolicy()
    {
        await using var app = await StartAsync("owners", options => options.FallbackPolicy = options.DefaultPolicy);

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/models/addsub/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/v2/models/free")).StatusCode);
    }

    [Fact]
    public async Task MapInference_HealthRequiresAuthorization_AsksForIt()
    {
        await using var app = await StartAsync("owners", map: app => app.MapInference().Health.RequireAuthorization());

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/v2/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/models/free")).StatusCode);
    }

    [Fact]
    public async Task MapInference_RequiresAuthorization_ReachesInferenceAlone()
    {
        await using var app = await StartAsync("owners", map: app => app.MapInference().RequireAuthorization());

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/v2/models/free")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/health/live")).StatusCode);
    }

    [Fact]
    public async Task MapInference_PolicyWithoutAuthorization_SaysWhatToCall()
    {
        var model = TestModels.AddSub();
        model.Info = model.Info with { Policies = ["owners"] };

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApp.StartAsync(model));

        Assert.Contains("AddAuthorization", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_Tenant_IsTheAuthenticatedName()
    {
        var model = TestModels.AddSub();
        await using var app = await StartAsync("owners", models: [model]);

        await app.PostAsync("/v2/models/addsub/infer", System.Text.Encoding.UTF8.GetBytes(TestModels.AddSubBody), null, ("X-User", "alice"));

        Assert.Equal("alice", model.Context!.Tenant);
    }

    private static Task<TestApp> StartAsync(
        string policy, Action<AuthorizationOptions>? authorize = null, Action<WebApplication>? map = null, FakeModel[]? models = null)
    {
        var guarded = models?[0] ?? TestModels.AddSub();
        guarded.Info = guarded.Info with { Policies = [policy] };
        guarded.Statistics = new ModelStatistics();
        var free = TestModels.AddSub("free");
        free.Statistics = new ModelStatistics();
        return TestApp.StartAsync([guarded, free], map: map, configure: builder =>
        {
            HeaderAuthentication.Add(builder.Services);
            builder.Services.AddAuthorization(options =>
            {
                options.AddPolicy("owners", builder => builder.RequireAuthenticatedUser().AddRequirements(new OwnerRequirement()));
                authorize?.Invoke(options);
            });
            builder.Services.AddSingleton<IAuthorizationHandler, OwnerHandler>();
        });
    }

    private sealed class OwnerRequirement : IAuthorizationRequirement;

    // The model is the resource, so that one policy can tell models apart.
    private sealed class OwnerHandler : AuthorizationHandler<OwnerRequirement, ModelInfo>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, OwnerRequirement requirement, ModelInfo resource)
        {
            if (resource.Name == "addsub" && context.User.Identity?.Name == "alice")
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }
}
