// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Checking;

/// <summary>A statement and the calls that tell whether it holds.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Doors">What it goes through.</param>
/// <param name="RunAsync">Returns when it holds; throws <see cref="StatementFailedException"/> or <see cref="NotCheckedException"/> otherwise.</param>
internal sealed record Check(Statement Statement, Doors Doors, Func<ConformanceRun, Task> RunAsync)
{
    /// <summary>A statement of REST.</summary>
    public static Check Rest(string id, StatementLevel level, string section, string text, Func<ConformanceRun, Task> run)
        => new(new Statement($"rest.{id}", level, section, text), Doors.Rest, all =>
        {
            Expect.Need(all.Rest.Unreachable is null, all.Rest.Unreachable ?? "");
            return run(all);
        });

    /// <summary>A statement of REST about every model.</summary>
    public static Check RestModel(
        string id, StatementLevel level, string section, string text, Func<ConformanceRun, ServedModel, Task> run)
        => Rest(id, level, section, text, all => all.EachModelAsync(run));

    /// <summary>A statement of gRPC.</summary>
    public static Check Rpc(string id, StatementLevel level, string section, string text, Func<ConformanceRun, Task> run)
        => new(new Statement($"grpc.{id}", level, section, text), Doors.Rpc, all =>
        {
            Expect.Need(all.Rpc.Unreachable is null, all.Rpc.Unreachable ?? "");
            return run(all);
        });

    /// <summary>A statement of gRPC about every model.</summary>
    public static Check RpcModel(
        string id, StatementLevel level, string section, string text, Func<ConformanceRun, ServedModel, Task> run)
        => Rpc(id, level, section, text, all => all.EachModelAsync(run));

    /// <summary>The same check, made only if the server lists an extension.</summary>
    public Check IfListed(string extension) => this with
    {
        RunAsync = async run =>
        {
            Expect.Need(run.Server.Lists(extension), $"not offered: the server does not list {extension}");
            await RunAsync(run).ConfigureAwait(false);
        },
    };
}
