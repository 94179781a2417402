// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Tool;

/// <summary>What the command does with its arguments.</summary>
/// <param name="output">For reports.</param>
/// <param name="errors">For what is wrong with the arguments.</param>
internal sealed class Command(TextWriter output, TextWriter errors)
{
    private const int Misused = 2;

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        try
        {
            switch (args)
            {
                case [] or ["--help" or "-h" or "help"]:
                    output.WriteLine(Arguments.Help);
                    return args.Length == 0 ? Misused : 0;
                case ["models", var folder]:
                    ConformanceModels.WriteTo(folder);
                    output.WriteLine($"Wrote {string.Join(", ", ConformanceModels.Names)}.");
                    return 0;
                case ["statements"]:
                    WriteStatements();
                    return 0;
                default:
                    return await CheckAsync(Arguments.Parse(args), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            errors.WriteLine("Interrupted.");
            return Misused;
        }
        catch (Exception fault) when (fault is ArgumentException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(fault.Message);
            return Misused;
        }
    }

    private async Task<int> CheckAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        // A report that cannot be written is known before minutes of calls, not after.
        var json = arguments.Json is { } path ? new FileStream(path, FileMode.Create, FileAccess.Write) : null;
        using (json)
        {
            var report = await V2Conformance.RunAsync(
                arguments.Options,
                result =>
                {
                    if (!arguments.IsQuiet || result.Outcome == StatementOutcome.Fails)
                    {
                        result.WriteText(output);
                    }
                },
                cancellationToken).ConfigureAwait(false);
            report.WriteSummary(output);
            if (json is not null)
            {
                report.WriteJson(json);
            }

            return report.ExitCode;
        }
    }

    private void WriteStatements()
    {
        foreach (var statement in V2Conformance.Statements)
        {
            output.WriteLine($"{(statement.Level == StatementLevel.Required ? "required" : "recommended"),-11}  {statement.Id}: {statement.Text} [{statement.Section}]");
        }
    }
}
