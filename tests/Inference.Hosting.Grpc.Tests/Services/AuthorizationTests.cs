// SPDX-License-Identifier: Apache-2.0

using System.Security.Claims;
using System.Text.Encodings.Web;
using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>A model's policy holds on every call and on every member of a stream; conventions reach what they should.</summary>
public sealed class AuthorizationTests
{
    private static readonly ModelInferRequest _open = new() { ModelName = "open" };
    private static readonly ModelInferRequest _guarded = new() { ModelName = "guarded" };

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("guest", StatusCode.PermissionDenied)]
    [InlineData("vip", StatusCode.OK)]
    public async Task EveryCall_OfAGuardedModel_AsksItsPolicy(string? user, StatusCode expected)
    {
        await using var app = await StartAsync();
        var headers = Headers(user);
        Func<Task>[] calls =
        [
            async () => await app.Client.ModelInferAsync(_guarded, headers),
            async () => await app.Client.ModelMetadataAsync(new ModelMetadataRequest { Name = "guarded" }, headers),
            async () => await app.Client.ModelConfigAsync(new ModelConfigRequest { Name = "guarded" }, headers),
            async () => await app.Client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = "guarded" }, headers),
        ];

        foreach (var call in calls)
        {
            Assert.Equal(expected, await StatusOfAsync(call));
        }

        await app.Client.ModelInferAsync(_open, headers);
    }

    [Fact]
    public async Task Stream_MemberForAGuardedModel_IsRefusedAndOthersAreAnswered()
    {
        await using var app = await StartAsync();
        using var call = app.Client.ModelStreamInfer(Headers("guest"));
        await StreamTests.WriteAsync(call, _open, _guarded, _open);

        var answers = await StreamTests.ReadAllAsync(call);

        Assert.Equal(["", "The caller may not use model 'guarded'.", ""], answers.Select(answer => answer.ErrorMessage));
    }

    [Fact]
    public async Task Stream_MemberForAGuardedModel_WithTheErrorHeader_EndsWithItsStatus()
    {
        await using var app = await StartAsync();
        using var call = app.Client.ModelStreamInfer(new Metadata { { "triton_grpc_error", "true" } });
        await StreamTests.WriteAsync(call, _guarded);

        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unauthenticated, exception.StatusCode);
    }

    [Theory]
    [InlineData("guest", new[] { "open" })]
    [InlineData("vip", new[] { "guarded", "open" })]
    public async Task Statistics_OfAll_ListWhatTheCallerMayUse(string user, string[] listed)
    {
        await using var app = await StartAsync();

        var all = await app.Client.ModelStatisticsAsync(new ModelStatisticsRequest(), Headers(user));
        var index = await app.Client.RepositoryIndexAsync(new RepositoryIndexRequest(), Headers(user));

        Assert.Equal(listed, index.Models.Select(model => model.Name).Order());
        Assert.All(all.ModelStats, statistics => Assert.Contains(statistics.Name, listed));
    }

    [Fact]
    public async Task Probes_NeedNobody_EvenWhereTheServerDoes()
    {
        await using var app = await StartAsync(map: app => app.MapInference().RequireAuthorization());

        Assert.True((await app.Client.ServerLiveAsync(new ServerLiveRequest())).Live);
        Assert.True((await app.Client.ModelReadyAsync(new ModelReadyRequest { Name = "guarded" })).Ready);
        Assert.Equal(StatusCode.Unauthenticated, await StatusOfAsync(async () => await app.Client.ModelInferAsync(_open)));
        Assert.Equal(StatusCode.Unauthenticated, await StatusOfAsync(async () => await app.Client.ServerMetadataAsync(new ServerMetadataRequest())));
        await app.Client.ModelInferAsync(_open, Headers("guest"));
    }

    [Fact]
    public async Task Tenant_IsTheAuthenticatedName()
    {
        string? tenant = null;
        await using var app = await StartAsync(new FakeBackend(_ =>
        {
            tenant = InferenceContext.Current?.Tenant;
            return new InferenceResponse([]);
        }));

        await app.Client.ModelInferAsync(_open, Headers("vip"));

        Assert.Equal("vip", tenant);
    }

    private static Metadata Headers(string? user) => user is null ? [] : new Metadata { { "user", user } };

    private static async Task<StatusCode> StatusOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    private static Task<GrpcApp> StartAsync(FakeBackend? backend = null, Action<WebApplication>? map = null) => GrpcApp.StartAsync(
        services =>
        {
            backend ??= new FakeBackend(_ => new InferenceResponse([]));
            services.AddModel("open").UseBackend(_ => backend);
            services.AddModel("guarded").UseBackend(_ => backend).RequireAuthorization("vip");
            services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("test", null);
            services.AddAuthorization(options => options.AddPolicy("vip", policy => policy.RequireUserName("vip")));
        },
        map: map ?? (app => app.MapInference().Admin.RequireAuthorization()));

    private sealed class HeaderAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
            => Task.FromResult(Request.Headers["user"].ToString() is { Length: > 0 } user
                ? AuthenticateResult.Success(new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());
    }
}
