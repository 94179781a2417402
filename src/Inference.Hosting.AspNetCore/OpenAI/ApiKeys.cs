// SPDX-License-Identifier: Apache-2.0

using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Inference.Hosting.AspNetCore.Http;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>Lets through who sends one of the keys. Holds hashes, never keys.</summary>
internal sealed class ApiKeys
{
    private const string Bearer = "Bearer";
    private const string Scheme = "ApiKey";
    private const int MaxStackLength = 512;

    private static readonly string[] _headers = ["api-key", "x-api-key"];

    private readonly (byte[] Hash, string Name)[] _keys;

    public ApiKeys(IEnumerable<KeyValuePair<string, string>> keys)
        => _keys = [.. keys.Select(key => (SHA256.HashData(Encoding.UTF8.GetBytes(key.Value)), key.Key))];

    /// <summary>Whether there are any: without one everybody may pass, whatever key is sent.</summary>
    public bool Exist => _keys.Length > 0;

    /// <summary>Asks for a key before anything else of a handler happens, so that nobody's body is read without one.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => !Exist ? handler : context =>
    {
        if (FindName(context.Request.Headers) is not { } name)
        {
            return ErrorWriter.WriteAsync(
                context,
                StatusCodes.Status401Unauthorized,
                "The request has no API key, or none that is known. Send it as 'Authorization: Bearer …'.");
        }

        // Whom the app knows already it knows better than a key does.
        if (context.User.Identity?.IsAuthenticated != true)
        {
            context.User = Name(name);
        }

        return handler(context);
    };

    private string? FindName(IHeaderDictionary headers)
    {
        string? name = null;
        foreach (var sent in headers.Authorization)
        {
            if (sent?.Length > Bearer.Length && sent.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && sent[Bearer.Length] == ' ')
            {
                name ??= Find(sent.AsSpan(Bearer.Length + 1).Trim(' '));
            }
        }

        foreach (var header in _headers)
        {
            foreach (var sent in headers[header])
            {
                name ??= Find(sent);
            }
        }

        return name;
    }

    // All keys are compared, each in constant time: how long it takes says nothing of how near a guess is.
    private string? Find(ReadOnlySpan<char> sent)
    {
        var length = Encoding.UTF8.GetMaxByteCount(sent.Length);
        var bytes = length <= MaxStackLength ? stackalloc byte[length] : new byte[length];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(sent, bytes)], hash);
        string? name = null;
        foreach (var (known, owner) in _keys)
        {
            name = CryptographicOperations.FixedTimeEquals(known, hash) ? owner : name;
        }

        return name;
    }

    private static ClaimsPrincipal Name(string name)
        => new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Name, name)], Scheme));
}
