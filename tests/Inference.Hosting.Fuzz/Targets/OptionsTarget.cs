// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Batching;
using Inference.Hosting.Models;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Fuzz.Targets;

/// <summary>Configuration of a model, one <c>key=value</c> a line below <c>Inference:Models:m</c>: bound, or refused with the key.</summary>
internal sealed class OptionsTarget : IFuzzTarget
{
    private const string Root = "Inference:Models:m:";

    public string Name => "options";

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "=", ":", "\n", "00:00:01", "-1", "true", "NaN", "1e999", "\nVersions:2:", "\nBatching:RaggedAxes:0:Input=x", "\nQueue:Tenants:a=1",
        "\nBatching:AllowedBatchSizes:0=4", "\nWarmup:Lengths:0=8", "\nAliases:0=a",
        .. Keys<BatchingOptions>("Batching:"), .. Keys<QueueOptions>("Queue:"), .. Keys<WarmupOptions>("Warmup:"), .. Keys<ModelOptions>(""),
    ];

    // A container, its options and their messages; far above what an input adds unless something grows without bound.
    public long MaxAllocation(int length) => (8L << 20) + (4096L * length);

    public string Run(ReadOnlyMemory<byte> input)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Encoding.UTF8.GetString(input.Span).Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            values[Root + (equals < 0 ? line : line[..equals])] = equals < 0 ? null : line[(equals + 1)..];
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        services.AddModel("m").AddVersion("2", _ => { });
        using var provider = services.BuildServiceProvider();
        return string.Join(
            ", ",
            Bind<BatchingOptions>(provider), Bind<QueueOptions>(provider), Bind<WarmupOptions>(provider), Bind<ModelOptions>(provider));
    }

    private static string Bind<TOptions>(IServiceProvider provider)
        where TOptions : class
    {
        try
        {
            provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get("m");
            provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get("m@2");
            return "ok";
        }
        catch (OptionsValidationException exception)
        {
            Invariant.Holds(
                exception.Failures.All(failure => failure.Contains(Root[..^1], StringComparison.OrdinalIgnoreCase)),
                $"every failure names its key: {exception.Message}");
            return $"{Math.Min(exception.Failures.Count(), 4)} {(exception.Message.Contains("unknown key", StringComparison.Ordinal) ? "unknown" : "bad")}";
        }
    }

    private static IEnumerable<string> Keys<TOptions>(string section)
        => typeof(TOptions).GetProperties().Select(property => $"\n{section}{property.Name}=");
}
