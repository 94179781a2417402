// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Checking;

/// <summary>Makes one check into one result, whatever the server does.</summary>
internal static class CheckRunner
{
    public static async Task<StatementResult> RunAsync(Check check, ConformanceRun run)
    {
        run.Transcript.Clear();
        try
        {
            run.Cancellation.ThrowIfCancellationRequested();
            await check.RunAsync(run).ConfigureAwait(false);
            return new StatementResult(check.Statement, StatementOutcome.Holds);
        }
        catch (NotCheckedException reason)
        {
            return new StatementResult(check.Statement, StatementOutcome.NotChecked, reason.Message, run.Transcript.Last);
        }
        catch (OperationCanceledException) when (run.Cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception fault)
        {
            // A server can surprise any parser: what was not foreseen is a fault of its answer all the same.
            var text = fault is StatementFailedException ? fault.Message : $"the answer could not be understood: {fault.Message}";
            return new StatementResult(check.Statement, StatementOutcome.Fails, text, run.Transcript.Last);
        }
    }
}
