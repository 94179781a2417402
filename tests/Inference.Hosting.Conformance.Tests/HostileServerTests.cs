// SPDX-License-Identifier: Apache-2.0

using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Conformance.Tests;

/// <summary>Whatever is at the address, the run ends with a result for each statement.</summary>
public sealed class HostileServerTests
{
    public static TheoryData<string> Kinds => ["closes", "hangs", "redirects", "prose", "empty", "endless", "broken JSON", "deep JSON", "wrong types", "lies about its length"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task RunAsync_HostileServer_GivesAResultForEachStatement(string kind)
    {
        await using var app = await StartAsync(context => AnswerAsync(context, kind));
        var address = new Uri(app.Urls.First());

        var report = await V2Conformance.RunAsync(new ConformanceOptions
        {
            RestAddress = address,
            GrpcAddress = address,
            Models = ["m"],
            CallTimeout = TimeSpan.FromMilliseconds(kind is "hangs" or "endless" ? 50 : 5000),
        });

        Assert.Equal(V2Conformance.Statements, report.Results.Select(result => result.Statement));
        Assert.Equal(1, report.ExitCode);
        Assert.Contains(report.Results, result => result is { Outcome: StatementOutcome.Fails, Evidence: not null }
            && result.Statement.Id == (kind is "hangs" or "endless" ? "rest.live" : "rest.server-metadata"));
        Assert.Contains(report.Results, result => result is { Statement.Id: "grpc.live", Outcome: StatementOutcome.Fails });
        Assert.Equal(kind is "hangs" or "endless", report.Results.Any(result => result.Detail?.StartsWith("given up", StringComparison.Ordinal) is true));
        using var json = new MemoryStream();
        report.WriteJson(json);
        Assert.True(json.Length > 0);
    }

    [Fact]
    public async Task RunAsync_NobodyThere_IsNeitherGoodNorBad()
    {
        using var port = new TcpListener(System.Net.IPAddress.Loopback, 0);
        port.Start();
        var address = new Uri($"http://127.0.0.1:{((System.Net.IPEndPoint)port.LocalEndpoint).Port}");
        port.Stop();

        var report = await V2Conformance.RunAsync(new ConformanceOptions { RestAddress = address, GrpcAddress = address });

        Assert.Equal(2, report.ExitCode);
        Assert.Equal(2, report.Unreachable.Count);
        Assert.All(report.Results, result => Assert.Equal(StatementOutcome.NotChecked, result.Outcome));
    }

    [Fact]
    public async Task RunAsync_Cancelled_Throws()
    {
        await using var app = await StartAsync(_ => Task.CompletedTask);
        using var cancelled = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => V2Conformance.RunAsync(
            new ConformanceOptions { RestAddress = new Uri(app.Urls.First()) }, _ => cancelled.Cancel(), cancelled.Token));
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("/relative")]
    public async Task RunAsync_NoHttpAddress_NamesIt(string address)
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => V2Conformance.RunAsync(
            new ConformanceOptions { RestAddress = new Uri(address, UriKind.RelativeOrAbsolute) }));

        Assert.Contains(address, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NoAddress_SaysWhatToSet()
        => Assert.Contains("RestAddress", (await Assert.ThrowsAsync<ArgumentException>(() => V2Conformance.RunAsync(new ConformanceOptions()))).Message, StringComparison.Ordinal);

    private static async Task AnswerAsync(HttpContext context, string kind)
    {
        var response = context.Response;
        switch (kind)
        {
            case "closes":
                context.Abort();
                break;
            case "hangs":
                var gone = new TaskCompletionSource();
                await using (context.RequestAborted.Register(gone.SetResult))
                {
                    await gone.Task;
                }

                break;
            case "redirects":
                response.Redirect("/v2/elsewhere");
                break;
            case "prose":
                response.ContentType = "text/html";
                await response.WriteAsync("<html>Hello</html>");
                break;
            case "endless":
                var junk = new byte[4096];
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await response.Body.WriteAsync(junk);
                }

                break;
            case "broken JSON":
                await response.WriteAsync("{\"name\": \"x\", \"inputs\": [");
                break;
            case "deep JSON":
                await response.WriteAsync(new string('[', 10_000));
                break;
            case "wrong types":
                await response.WriteAsync("""{"name":1,"version":null,"extensions":[1],"inputs":[{"name":"x","datatype":"FP32","shape":["a"]}],"outputs":{},"error":5,"model_stats":7}""");
                break;
            case "lies about its length":
                response.Headers["Inference-Header-Content-Length"] = "999999";
                await response.WriteAsync("{}");
                break;
        }
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(System.Net.IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
