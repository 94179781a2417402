// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Checks;
using Inference.Hosting.Chaos.Serving;

namespace Inference.Hosting.Chaos.Trouble;

/// <summary>Reloads, breaks, unloads and loads models while they serve.</summary>
internal sealed class Operator(ChaosRun run, ChaosApp app)
{
    private readonly Random _random = new(run.Seed);

    public int Reloads { get; private set; }

    public int BrokenReloads { get; private set; }

    public int Unloads { get; private set; }

    public async Task RunAsync(Func<bool> goesOn)
    {
        while (goesOn())
        {
            await PauseAsync(120);
            var deed = _random.Next(4);
            await run.WatchAsync($"deed {deed} of the operator", async () =>
            {
                await (deed switch
                {
                    0 => SwapAsync(),
                    1 => BreakAsync(),
                    2 => UnloadAsync(),
                    _ => ReloadAsync(),
                });
                return "";
            });
        }
    }

    private async Task SwapAsync()
    {
        app.Folder.Write();
        await app.Catalog.LoadAsync("swap");
        app.Folder.Loaded();
        Reloads++;
    }

    /// <summary>The new file is broken: the old one goes on, and the catalog says why.</summary>
    private async Task BreakAsync()
    {
        app.Folder.Break();
        try
        {
            await app.Catalog.LoadAsync("swap");
            run.Fail("A broken file was loaded.");
        }
        catch (InferenceException exception) when (exception.Code == InferenceErrorCode.NotReady)
        {
            BrokenReloads++;
        }

        app.Catalog.TryGetModel("swap", out var model);
        run.Expect(model!.IsReady && model.Versions[0].Reason is { Length: > 0 }, $"After a broken reload the model is {model.Versions[0]}.");
    }

    private async Task UnloadAsync()
    {
        await app.Catalog.UnloadAsync("tags", "2");
        await PauseAsync(60);
        await app.Catalog.LoadAsync("tags", "2");
        Unloads++;
    }

    private async Task ReloadAsync()
    {
        await app.Catalog.LoadAsync("tags", _random.Next(2) == 0 ? "1" : "2");
        Reloads++;
    }

    private Task PauseAsync(int most) => Task.Delay(_random.Next(most));
}
