// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Tool;

/// <summary>The command <c>v2-conformance</c>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var interrupt = new CancellationTokenSource();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            interrupt.Cancel();
        };
        return await new Command(Console.Out, Console.Error).RunAsync(args, interrupt.Token).ConfigureAwait(false);
    }
}
