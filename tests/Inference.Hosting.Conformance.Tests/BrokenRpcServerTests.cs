// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Conformance.Tests;

/// <summary>Every statement of gRPC, and those about both doors, can fail.</summary>
public sealed class BrokenRpcServerTests(ModelServer server) : IClassFixture<ModelServer>
{
    public static TheoryData<string> Broken => [.. BrokenRpcServer.All.Select(broken => broken.Name)];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task RunAsync_BrokenServer_NamesTheStatements(string name)
    {
        var broken = BrokenRpcServer.All.Single(broken => broken.Name == name);

        var report = await RunAsync(broken, withRest: broken.Breaks.Any(id => id.StartsWith("doors.", StringComparison.Ordinal)));

        var failing = report.Results.Where(result => result.Outcome == StatementOutcome.Fails).ToList();
        Assert.Empty(broken.Breaks.Except(failing.Select(result => result.Statement.Id)));
        Assert.All(failing, result =>
        {
            Assert.NotEmpty(result.Detail!);
            Assert.StartsWith("> ", result.Evidence, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task RunAsync_ServerThatBreaksNothing_Holds()
    {
        var report = await RunAsync(new BrokenRpcServer("is good", []), withRest: false);

        Assert.Equal([], report.Results.Where(result => result.Outcome == StatementOutcome.Fails).Select(result => $"{result.Statement.Id}: {result.Detail}"));
        Assert.Equal([], report.Results.Where(result => result.Outcome == StatementOutcome.NotChecked)
            .Select(result => $"{result.Statement.Id}: {result.Detail}"));
        Assert.Equal("fake", report.ServerName);
    }

    [Fact]
    public void Statements_OfGrpcAndBothDoors_AreEachBrokenBySomeServer()
        => Assert.Empty(V2Conformance.Statements.Select(statement => statement.Id)
            .Where(id => !id.StartsWith("rest.", StringComparison.Ordinal))
            .Except(BrokenRpcServer.All.SelectMany(broken => broken.Breaks)));

    private async Task<ConformanceReport> RunAsync(BrokenRpcServer broken, bool withRest)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        await using var app = builder.Build();
        new RpcServer(broken.Before, broken.After).Map(app);
        await app.StartAsync();
        return await V2Conformance.RunAsync(new ConformanceOptions
        {
            RestAddress = withRest ? new Uri("http://localhost") : null,
            RestHandler = server.CreateHandler,
            GrpcAddress = new Uri("http://localhost"),
            GrpcHandler = app.GetTestServer().CreateHandler,
        });
    }
}
