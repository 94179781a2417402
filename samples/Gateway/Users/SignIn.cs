// SPDX-License-Identifier: Apache-2.0

using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Inference.Hosting.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Gateway.Users;

/// <summary>Signs users of the configuration in by a cookie. A real app has its users elsewhere; all else stays the same.</summary>
internal static class SignIn
{
    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "gateway";
        options.Cookie.SameSite = SameSiteMode.Strict;

        // Programs want a status and a reason, not a page.
        options.Events.OnRedirectToLogin = context => InferenceErrorResponse.WriteAsync(
            context.HttpContext, StatusCodes.Status401Unauthorized, "Sign in first: POST name and password to /session.");
    }

    public static void Map(WebApplication app)
    {
        app.MapPost("/session", SignInAsync);
        app.MapGet("/session", (ClaimsPrincipal user) => user.Identity?.Name is { } name ? Results.Ok(new { name }) : Results.Unauthorized());
        app.MapDelete("/session", (HttpContext context) => context.SignOutAsync());
    }

    private static async Task<IResult> SignInAsync(Credentials credentials, HttpContext context, IConfiguration configuration)
    {
        // Compared in equal time, also for a user that does not exist.
        var password = configuration.GetSection("Users").GetChildren()
            .FirstOrDefault(user => user.Key.Equals(credentials.Name, StringComparison.OrdinalIgnoreCase))?.Value;
        var isRight = CryptographicOperations.FixedTimeEquals(Hash(credentials.Password), Hash(password ?? ""));
        if (password is null || !isRight)
        {
            return Results.Problem("There is no such user, or the password is wrong.", statusCode: StatusCodes.Status401Unauthorized);
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, credentials.Name.ToLowerInvariant())], CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(new ClaimsPrincipal(identity));
        return Results.NoContent();
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
