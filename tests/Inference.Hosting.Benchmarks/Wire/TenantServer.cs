// SPDX-License-Identifier: Apache-2.0

using System.Security.Claims;
using System.Text;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>The process that serves two tenants, told apart by bearer tokens.</summary>
internal static class TenantServer
{
    public const string Switch = "--serve-tenants";

    // Both processes are this program, and nobody else can reach them.
    private static readonly SymmetricSecurityKey _key = new(Encoding.ASCII.GetBytes("a key for two processes of one benchmark"));

    private static readonly TimeSpan _boundedRun = TimeSpan.FromMilliseconds(15);

    public static IReadOnlyList<WireModel> Models { get; } =
    [
        new("cnn", BenchModel.Cnn()),
        new("mlp", BenchModel.Mlp()),
        new("encoder", BenchModel.Encoder()),
        new("bounded", BenchModel.Encoder() with { Name = $"Encoder with MaxRunTime {_boundedRun.TotalMilliseconds} ms" }),
    ];

    public static async Task RunAsync()
    {
        var builder = WireServer.CreateBuilder();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
            options.TokenValidationParameters = new TokenValidationParameters
            {
                IssuerSigningKey = _key,
                ValidateIssuer = false,
                ValidateAudience = false,
            });
        foreach (var model in Models)
        {
            builder.Services.AddModel(model.Key).UseOnnxRuntime(model.Model.Bytes).RequireAuthorization()
                .WithWarmup(options => options.Sample = _ => ClientWay.MakeRequest(model.Model.Payloads[0]))
                .WithBatching(options => options.MaxRunTime = model.Key == "bounded" ? _boundedRun : null)
                .WithQueue(options => (options.Tenants["flood"], options.Tenants["small"]) = (1, 1));
        }

        await using var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapInference();
        await WireServer.ServeAsync(app).ConfigureAwait(false);
    }

    /// <summary>The header of a tenant's requests.</summary>
    public static string MakeHeader(string tenant)
        => "Authorization: Bearer " + new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Subject = new ClaimsIdentity([new Claim("sub", tenant)]),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
        });
}
