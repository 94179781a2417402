// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Conformance.Tests.Support;
using Inference.Hosting.Conformance.Tool;

namespace Inference.Hosting.Conformance.Tests;

/// <summary>The command, in process.</summary>
public sealed class CommandTests(ModelServer server) : IClassFixture<ModelServer>, IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Fact]
    public async Task Run_AgainstAServer_PrintsEachStatementAndCounts()
    {
        var json = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, await RunAsync(server.Address.ToString(), "--json", json, "--timeout", "60", "--header", "X-Test: a"));

            var lines = _output.ToString().TrimEnd().Split(Environment.NewLine);
            Assert.All(V2Conformance.Statements.Where(statement => statement.Id.StartsWith("rest.", StringComparison.Ordinal)), statement => Assert.Contains(lines, line => line.Contains($" {statement.Id}: ", StringComparison.Ordinal)));
            Assert.Contains("holds        rest.live: GET v2/health/live answers 200 [OIP REST, Server Live]", lines);
            Assert.Matches(@"^\d+ hold, 0 fail, 0 differ, \d+ not checked$", lines[^1]);
            using var report = JsonDocument.Parse(File.ReadAllBytes(json));
            Assert.Equal(V2Conformance.Statements.Count(statement => statement.Id.StartsWith("rest.", StringComparison.Ordinal)), report.RootElement.GetProperty("statements").GetArrayLength());
            Assert.Equal(0, report.RootElement.GetProperty("fail").GetInt32());
        }
        finally
        {
            File.Delete(json);
        }
    }

    [Fact]
    public async Task Run_Quiet_PrintsCountsAlone()
    {
        Assert.Equal(0, await RunAsync("--rest", server.Address.ToString(), "--quiet"));

        Assert.Equal(2, _output.ToString().TrimEnd().Split(Environment.NewLine).Length);
    }

    [Fact]
    public async Task Run_WithAModelThatIsNotThere_FailsWithEvidence()
    {
        Assert.Equal(1, await RunAsync(server.Address.ToString(), "--model", "conformance_no_such_model", "--quiet"));

        Assert.Contains("FAILS        rest.model-metadata:", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("> GET /v2/models/conformance_no_such_model", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("< 404 application/json", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("No address", "--quiet")]
    [InlineData("'--colour'", "http://host", "--colour")]
    [InlineData("'host'", "host")]
    [InlineData("--json needs a value", "http://host", "--json")]
    [InlineData("'soon'", "http://host", "--timeout", "soon")]
    [InlineData("'X'", "http://host", "--header", "X")]
    public async Task Run_WrongArguments_SaysWhich(string expected, params string[] args)
    {
        Assert.Equal(2, await RunAsync(args));
        Assert.Contains(expected, _errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Run_Nothing_PrintsHelp()
    {
        Assert.Equal(2, await RunAsync());
        Assert.Equal(0, await RunAsync("--help"));
        Assert.Contains("v2-conformance models DIR", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Statements_ListsThem()
    {
        Assert.Equal(0, await RunAsync("statements"));

        Assert.Equal(V2Conformance.Statements.Count, _output.ToString().TrimEnd().Split(Environment.NewLine).Length);
    }

    [Fact]
    public async Task Run_Models_WritesThem()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-models-");
        try
        {
            Assert.Equal(0, await RunAsync("models", folder.FullName));
            Assert.Equal(4, folder.EnumerateDirectories().Count());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    private Task<int> RunAsync(params string[] args) => new Command(_output, _errors).RunAsync(args, TestContext.Current.CancellationToken);
}
