// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Chaos.Serving;

namespace Inference.Hosting.Chaos.Checks;

/// <summary>Checks one answer: its status, its rows, its version, its words, its times.</summary>
internal sealed class ReplyCheck(ChaosRun run, SwapFolder folder)
{
    private static readonly string[] _secrets = ["   at ", "Exception", ".onnx", "Poison"];

    public void Check(string door, Call call, Reply reply, bool isComposed, long liveBefore, TimeSpan elapsed)
    {
        if (!Allowed.Has(call, reply.Outcome))
        {
            run.Fail($"{door}: {call} ended with {reply.Outcome}: {reply.Text}");
            return;
        }

        var fault = reply.Outcome switch
        {
            Outcome.Gone => null,
            Outcome.Ok => (isComposed ? null : OwnRows(call, reply, elapsed)) ?? Generation(reply, liveBefore),
            _ => Words(reply),
        };
        run.Expect(fault is null, $"{door}: {call} ended with {reply.Outcome}, but {fault}.");
    }

    private static string? OwnRows(Call call, Reply reply, TimeSpan elapsed)
        => reply.Id is not null && reply.Id != call.Id ? $"carries the id {reply.Id}"
            : Target.Find(call.Model).Fault(call, reply) is { } crossed ? crossed

            // M3. The phases of a split request overlap, and any with two rows may be split.
            : call.Rows == 1 && reply.Accounted > elapsed + TimeSpan.FromMicroseconds(2)
                ? $"accounts for {reply.Accounted} of {elapsed} (M3)"
            : null;

    // An answer comes from what served when the call began, or from what was loaded since.
    private string? Generation(Reply reply, long liveBefore)
        => reply.Outputs.TryGetValue("generation", out var numbers) && (numbers[0] < liveBefore || numbers[0] > folder.Newest)
            ? $"generation {numbers[0]} answered while {liveBefore} to {folder.Newest} served"
            : null;

    private string? Words(Reply reply)
        => string.IsNullOrWhiteSpace(reply.Text) ? "there is no text"
            : _secrets.Append(folder.Path).FirstOrDefault(secret => reply.Text.Contains(secret, StringComparison.Ordinal)) is { } secret
                ? $"the text tells '{secret}': {reply.Text}"
            : (reply.Outcome is Outcome.Full or Outcome.NotReady) != (reply.RetryAfter >= 1) ? $"the time to retry is {reply.RetryAfter}: {reply.Text}"
            : null;
}
