// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Gives models the request headers that the app has named for them, as parameters.</summary>
internal sealed class HeaderForwarding
{
    // However wide the pattern: who may call is the app's business, and models pass parameters on.
    private static readonly string[] _credentials = ["authorization", "proxy-authorization", "cookie"];

    private readonly InferenceHttpOptions _options;
    private readonly Regex? _pattern;

    public HeaderForwarding(InferenceHttpOptions options)
    {
        _options = options;
        _pattern = options.HeaderForwardPattern is { } pattern ? Compile(pattern) : null;
    }

    /// <summary>Whether a pattern can be used. Null can: it forwards nothing.</summary>
    public static bool IsPattern(string? pattern)
    {
        try
        {
            return pattern is null || Compile(pattern) is not null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Adds the headers to the parameters of a request; what its body says wins.</summary>
    /// <exception cref="InferenceException">InvalidInput: a value is too long, or there are too many parameters.</exception>
    public void Apply(HttpRequest source, InferenceRequest target)
    {
        if (_pattern is null)
        {
            return;
        }

        Dictionary<string, object>? parameters = null;
        foreach (var (header, values) in source.Headers)
        {
            var name = header.ToLowerInvariant();
            if (_pattern.IsMatch(name) && !_credentials.Contains(name) && !ReservedParameters.Contains(name))
            {
                parameters ??= target.Parameters is null
                    ? new(StringComparer.Ordinal)
                    : new Dictionary<string, object>(target.Parameters, StringComparer.Ordinal);
                parameters.TryAdd(name, Check(name, values.ToString()));
            }
        }

        if (parameters?.Count > _options.MaxParameters)
        {
            throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                $"With the forwarded headers there are more than {_options.MaxParameters} parameters ({InferenceHttpOptions.Section}:{nameof(_options.MaxParameters)}).");
        }

        target.Parameters = parameters ?? target.Parameters;
    }

    private string Check(string name, string value)
        => value.Length <= _options.MaxNameLength
            ? value
            : throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                $"The header '{name}' is longer than {_options.MaxNameLength} characters ({InferenceHttpOptions.Section}:{nameof(_options.MaxNameLength)}).")
            {
                Parameter = name,
            };

    // Without backtracking, no name of a header can make it run for long.
    private static Regex Compile([StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
        => new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
