// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Tests.Support;

namespace Inference.Hosting.Conformance.Tests;

/// <summary>Our own server keeps every statement, recommended ones included.</summary>
public sealed class OwnServerTests(ModelServer server) : IClassFixture<ModelServer>
{
    [Fact]
    public async Task RunAsync_OwnServer_EveryStatementHolds()
    {
        var report = await V2Conformance.RunAsync(new ConformanceOptions
        {
            RestAddress = server.Address,
            GrpcAddress = server.GrpcAddress,
            AllowUnload = true,
        });

        using var text = new StringWriter();
        report.WriteText(text);
        Assert.True(report.ExitCode == 0, text.ToString());
        Assert.True(report.Differing == 0, text.ToString());
        Assert.Equal("Inference.Hosting", report.ServerName);
        Assert.Equal(ConformanceModels.Names, report.Models);

        // What could not be checked is what the server does not offer, and nothing else.
        Assert.All(report.Results.Where(result => result.Outcome == StatementOutcome.NotChecked), result => Assert.True(
            result.Detail!.StartsWith("not offered", StringComparison.Ordinal),
            $"{result.Statement.Id}: {result.Detail}"));
    }

    [Fact]
    public async Task RunAsync_NamedModel_IsTheOnlyOneBesidesTheGenerated()
    {
        var report = await V2Conformance.RunAsync(new ConformanceOptions { RestAddress = server.Address, Models = ["conformance_no_such_model"] });

        Assert.Equal(["conformance_no_such_model", .. ConformanceModels.Names], report.Models);
        Assert.Equal(StatementOutcome.Fails, report.Results.Single(result => result.Statement.Id == "rest.model-metadata").Outcome);
        Assert.Equal(1, report.ExitCode);
    }
}
