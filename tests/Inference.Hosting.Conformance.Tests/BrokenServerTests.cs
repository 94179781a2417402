// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Tests.Support;

namespace Inference.Hosting.Conformance.Tests;

/// <summary>Every statement can fail: for each there is a server that breaks it, and is found out.</summary>
public sealed class BrokenServerTests(ModelServer server) : IClassFixture<ModelServer>
{
    public static TheoryData<string> Broken => [.. BrokenServers.All.Select(broken => broken.Name)];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task RunAsync_BrokenServer_NamesTheStatements(string name)
    {
        var broken = BrokenServers.All.Single(broken => broken.Name == name);

        var report = await RunAsync(broken);

        var failing = report.Results.Where(result => result.Outcome == StatementOutcome.Fails).Select(result => result.Statement.Id).ToList();
        Assert.Empty(broken.Breaks.Except(failing));
        Assert.All(report.Results.Where(result => result.Outcome == StatementOutcome.Fails), result =>
        {
            Assert.NotEmpty(result.Detail!);
            Assert.StartsWith("> ", result.Evidence, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task RunAsync_ServerThatBreaksNothing_Holds()
    {
        var report = await RunAsync(new BrokenServer("is good", []));

        Assert.Equal([], report.Results.Where(result => result.Outcome == StatementOutcome.Fails).Select(result => $"{result.Statement.Id}: {result.Detail}"));
        Assert.Equal([], report.Results.Where(result => result.Outcome == StatementOutcome.NotChecked)
            .Select(result => $"{result.Statement.Id}: {result.Detail}"));
        Assert.Equal(0, report.ExitCode);
    }

    [Fact]
    public void Statements_OfRest_AreEachBrokenBySomeServer()
        => Assert.Empty(V2Conformance.Statements.Select(statement => statement.Id)
            .Where(id => id.StartsWith("rest.", StringComparison.Ordinal))
            .Except(BrokenServers.All.SelectMany(broken => broken.Breaks)));

    private Task<ConformanceReport> RunAsync(BrokenServer broken)
    {
        var extra = new ExtraExtensions();
        return V2Conformance.RunAsync(new ConformanceOptions
        {
            RestAddress = new Uri("http://localhost"),
            RestHandler = () => new SpoilingHandler(
                new SpoilingHandler(server.CreateHandler(), extra.Before, extra.After), broken.Before, broken.After),
            AllowUnload = true,
        });
    }
}
