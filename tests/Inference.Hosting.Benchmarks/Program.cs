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

var settings = Settings.Parse(args);
var models = new List<BenchModel> { BenchModel.Mlp(), BenchModel.Encoder(), BenchModel.Cnn() };
if (settings.Recognition is { } path)
{
    models.Add(BenchModel.Recognition(path));
}

models.RemoveAll(model => !settings.WantsModel(model.Name));

// Each suite writes its figures between the marks of one section.
(string Name, string Section, Func<Report, Task> RunAsync)[] suites =
[
    ("overhead", "measured", report => OverheadSuite.RunAsync(settings, report)),
    ("lone", "measured", report => LoneSuite.RunAsync(settings, report, models)),
    ("saturation", "measured", report => ForEachAsync(models, model => SaturationSuite.RunAsync(settings, report, model))),
    ("ragged", "measured", report => RaggedSuite.RunAsync(settings, report)),
    ("open", "measured", report => ForEachAsync(models.Where(model => model.IsShort), model => OpenLoopSuite.RunAsync(settings, report, model))),
    ("parsing", "wire", report => ParsingSuite.RunAsync(settings, report)),
    ("wire", "wire", report => WireSuite.RunAsync(settings, report)),
    ("tenants", "wire", report => TenantSuite.RunAsync(settings, report)),
    ("functions", "functions", report => FunctionSuite.RunAsync(settings, report)),
    ("remote-v2", "remote-v2", report => RemoteV2Suite.RunAsync(settings, report)),
    ("chat", "chat", report => ChatSuite.RunAsync(settings, report)),
    ("embeddings", "embeddings", report => EmbeddingsSuite.RunAsync(settings, report)),
];

if (args.Contains("--help"))
{
    Console.WriteLine($"""
        Prints ratios measured in one run; nothing here fails on a figure.
          --suites {string.Join(',', suites.Select(suite => suite.Name))}   default: all
          --models mlp,encoder    those whose name starts with a word of the list; default: all
          --callers 1,8,64,256   --rounds 5   --seconds 1   --quick
          --recognition FILE     also measures PP-OCR recognition (see samples/Ocr)
          --write FILE           puts the figures between the marks of a Markdown file
        """);
    return;
}

var command = $"dotnet run -c Release --project tests/Inference.Hosting.Benchmarks -- {string.Join(' ', args)}".TrimEnd();
foreach (var section in suites.Where(suite => settings.Wants(suite.Name)).GroupBy(suite => suite.Section))
{
    var report = new Report(command, section.Key);
    await ForEachAsync(section, suite => suite.RunAsync(report));
    if (settings.Output is { } output)
    {
        report.WriteTo(output);
    }
}

static async Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> runAsync)
{
    foreach (var item in items)
    {
        await runAsync(item);
    }
}
