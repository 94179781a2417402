// SPDX-License-Identifier: Apache-2.0

using System.Threading.RateLimiting;
using Gateway.Documents;
using Gateway.Engine;
using Gateway.Users;
using Inference.Hosting.AspNetCore;
using Microsoft.AspNetCore.Authentication.Cookies;

// With "engine" it is the other side: a server of a tiny language model, for trying the gateway without a GPU.
if (args is ["engine", .. var rest])
{
    return EngineApp.Run(rest);
}

var builder = WebApplication.CreateBuilder(args);

// One model is served right here, the other by whatever speaks OpenAI's protocol at an address (Inference:Models:assistant:Remote). When that one is
// down or full, the local one answers.
builder.Services.AddSingleton(_ => new Library(DocumentReader.Read(Path.Combine(AppContext.BaseDirectory, "documents"))));
builder.Services.AddModel<DocumentAssistant>("documents");
builder.Services.AddModel("assistant").UseOpenAI(new("http://localhost:5083/v1")).WithFallback("documents");
builder.Services.AddHealthChecks().AddInference();

builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(SignIn.Configure);
builder.Services.AddAuthorization();
builder.Services.AddRateLimiter(limiter =>
{
    limiter.AddPolicy("per-user", context => RateLimitPartition.GetTokenBucketLimiter(
        context.User.Identity?.Name ?? "",
        _ => new() { TokenLimit = 20, TokensPerPeriod = 20, ReplenishmentPeriod = TimeSpan.FromMinutes(1) }));
    limiter.OnRejected = async (rejected, _) => await InferenceErrorResponse.WriteAsync(
        rejected.HttpContext,
        StatusCodes.Status429TooManyRequests,
        "You have asked 20 times within a minute, as often as you may. Wait a little.",
        rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromMinutes(1));
});

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseAuthentication();
app.UseAuthorization();
app.UseRateLimiter();

SignIn.Map(app);
app.MapInference().RequireAuthorization().RequireRateLimiting("per-user");
app.MapHealthChecks("/health");
app.Run();
return 0;
