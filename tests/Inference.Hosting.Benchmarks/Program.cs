// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Suites;
using Inference.Hosting.Benchmarks.Wire;

if (args.Contains(WireServer.Switch))
{
    await WireServer.RunAsync();
    return;
}

if (args.Contains(TenantServer.Switch))
{
    await TenantServer.RunAsync();
    return;
}

if (args.Contains(IdentityServer.Switch))
{
    await IdentityServer.RunAsync();
    return;
}

if (args.Contains("--help"))
{
    Console.WriteLine("""
        Prints ratios measured in one run; nothing here fails on a figure.
          --suites overhead,functions,lone,saturation,ragged,open,parsing,wire,tenants,remote-v2,chat   default: all
          --models mlp,encoder    those whose name starts with a word of the list; default: all
          --callers 1,8,64,256   --rounds 5   --seconds 1   --quick
          --recognition FILE     also measures PP-OCR recognition (see samples/Ocr)
          --write FILE           puts the figures between the marks of a Markdown file
        """);
    return;
}

var settings = Settings.Parse(args);
var command = $"dotnet run -c Release --project tests/Inference.Hosting.Benchmarks -- {string.Join(' ', args)}".TrimEnd();
var (report, wire) = (new Report(command, "measured"), new Report(command, "wire"));
var (functions, remote) = (new Report(command, "functions"), new Report(command, "remote-v2"));
var chat = new Report(command, "chat");
var models = new List<BenchModel> { BenchModel.Mlp(), BenchModel.Encoder(), BenchModel.Cnn() };
if (settings.Recognition is { } path)
{
    models.Add(BenchModel.Recognition(path));
}

models.RemoveAll(model => !settings.WantsModel(model.Name));

if (settings.Wants("overhead"))
{
    await OverheadSuite.RunAsync(settings, report);
}

if (settings.Wants("functions"))
{
    await FunctionSuite.RunAsync(settings, functions);
}

if (settings.Wants("lone"))
{
    await LoneSuite.RunAsync(settings, report, models);
}

if (settings.Wants("saturation"))
{
    foreach (var model in models)
    {
        await SaturationSuite.RunAsync(settings, report, model);
    }
}

if (settings.Wants("ragged"))
{
    await RaggedSuite.RunAsync(settings, report);
}

if (settings.Wants("open"))
{
    foreach (var model in models.Where(model => model.IsShort))
    {
        await OpenLoopSuite.RunAsync(settings, report, model);
    }
}

if (settings.Wants("parsing"))
{
    await ParsingSuite.RunAsync(settings, wire);
}

if (settings.Wants("wire"))
{
    await WireSuite.RunAsync(settings, wire);
}

if (settings.Wants("tenants"))
{
    await TenantSuite.RunAsync(settings, wire);
}

if (settings.Wants("remote-v2"))
{
    await RemoteV2Suite.RunAsync(settings, remote);
}

if (settings.Wants("chat"))
{
    await ChatSuite.RunAsync(settings, chat);
}

if (settings.Output is { } output)
{
    report.WriteTo(output);
    wire.WriteTo(output);
    functions.WriteTo(output);
    remote.WriteTo(output);
    chat.WriteTo(output);
}
