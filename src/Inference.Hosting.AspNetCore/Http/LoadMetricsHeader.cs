// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>
/// The <c>endpoint-load-metrics</c> header of ORCA: how busy the version is, for balancers that ask with
/// <c>endpoint-load-metrics-format: text</c> or <c>json</c>.
/// </summary>
/// <remarks>
/// A row is the unit of work, so <c>rps_fractional</c> is rows a second: divided by <c>application_utilization</c> it is what the version
/// can serve, which is the weight that balancers make of the two.
/// </remarks>
internal static class LoadMetricsHeader
{
    public const string Name = "endpoint-load-metrics";
    public const string FormatName = "endpoint-load-metrics-format";

    /// <summary>Adds the header to the answer, whatever it will be, if the caller asks for it.</summary>
    public static void Prepare(HttpContext context, ModelVersionInfo version)
    {
        if (FindFormat(context.Request) is { } format)
        {
            Prepare(context, version, format);
        }
    }

    public static string Format(string format, in ModelLoad load)
    {
        (string Name, double Value)[] known =
        [
            ("application_utilization", load.CapacityRowsPerSecond > 0 ? load.OfferedRowsPerSecond / load.CapacityRowsPerSecond : 0),
            ("rps_fractional", load.OfferedRowsPerSecond),
        ];
        (string Name, double Value)[] named =
        [
            ("in_flight", load.InFlight),
            ("queued_rows", load.QueuedRows),
            ("predicted_wait_seconds", load.PredictedWait.TotalSeconds),
            ("capacity_rows_per_second", load.CapacityRowsPerSecond),
            ("memory_bytes", load.MemoryBytes),
        ];
        return format == "JSON"
            ? $"JSON {{{Join(known, "\"", "\":")},\"named_metrics\":{{{Join(named, "\"", "\":")}}}}}"
            : $"TEXT {Join(known, "", "=")},{Join(named, "named_metrics.", "=")}";
    }

    // A method of its own, so that who does not ask pays for no closure.
    private static void Prepare(HttpContext context, ModelVersionInfo version, string format)
        => context.Response.OnStarting(() =>
        {
            // Read when the answer begins, so that it tells of now; of a refusal too, which balancers need most.
            if (version.Load is { } load)
            {
                context.Response.Headers[Name] = Format(format, load);
            }

            return Task.CompletedTask;
        });

    // ORCA names the formats in capitals and takes any case; of those that others know, BIN is protobuf and not ours.
    private static string? FindFormat(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(FormatName, out var wanted) && !request.Headers.TryGetValue(Name, out wanted))
        {
            return null;
        }

        var format = wanted.ToString();
        return format.Equals("json", StringComparison.OrdinalIgnoreCase)
            ? "JSON"
            : format.Equals("text", StringComparison.OrdinalIgnoreCase) ? "TEXT" : null;
    }

    private static string Join((string Name, double Value)[] metrics, string before, string after)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in metrics)
        {
            text.Append(text.Length > 0 ? "," : "").Append(before).Append(name).Append(after)
                .Append((double.IsFinite(value) ? value : 0).ToString("0.######", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
