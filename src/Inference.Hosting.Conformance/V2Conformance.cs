// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Statements;

namespace Inference.Hosting.Conformance;

/// <summary>Checks a V2 server (Open Inference Protocol), of whatever make, against the text of the protocol and of the extensions that it lists.</summary>
public static class V2Conformance
{
    /// <summary>All statements, in the order they are checked.</summary>
    public static IReadOnlyList<Statement> Statements { get; } = [.. AllChecks.All.Select(check => check.Statement)];

    /// <summary>Checks a server. Calls are made one after the other.</summary>
    /// <param name="options">Which server, and how.</param>
    /// <param name="progress">Hears of each result as it comes, on the checking thread; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two calls.</param>
    /// <returns>A result for every statement about the addresses that were given. Whatever the server does is a result, never an exception.</returns>
    /// <exception cref="ArgumentException">No address, or one that is no HTTP address.</exception>
    public static async Task<ConformanceReport> RunAsync(
        ConformanceOptions options, Action<StatementResult>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        using var run = new ConformanceRun(options, cancellationToken);
        await run.DiscoverAsync().ConfigureAwait(false);
        var results = new List<StatementResult>();
        var closed = (options.RestAddress is null ? Doors.Rest : 0) | (options.GrpcAddress is null ? Doors.Rpc : 0);
        foreach (var check in AllChecks.All.Where(check => (check.Doors & closed) == 0))
        {
            var result = await CheckRunner.RunAsync(check, run).ConfigureAwait(false);
            results.Add(result);
            progress?.Invoke(result);
        }

        return new ConformanceReport(results)
        {
            ServerName = run.Server.Name,
            ServerVersion = run.Server.Version,
            Extensions = run.Server.Extensions,
            Unreachable = run.Unreachable,
            Models = [.. run.Models.Select(model => model.Name)],
        };
    }

    private static void Validate(ConformanceOptions options)
    {
        if (options.RestAddress is null && options.GrpcAddress is null)
        {
            throw new ArgumentException("No address: set RestAddress, GrpcAddress or both.", nameof(options));
        }

        foreach (var address in new[] { options.RestAddress, options.GrpcAddress })
        {
            if (address is not null && !(address.IsAbsoluteUri && (address.Scheme is "http" or "https")))
            {
                throw new ArgumentException($"'{address}' is no address that begins with http:// or https://.", nameof(options));
            }
        }

        if (options.CallTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentException($"CallTimeout is {options.CallTimeout}; it must be positive.", nameof(options));
        }
    }
}
