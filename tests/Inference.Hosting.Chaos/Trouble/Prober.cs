// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Checks;

namespace Inference.Hosting.Chaos.Trouble;

/// <summary>Asks for liveness and readiness all the time: whatever happens to single versions, the server is alive and ready.</summary>
internal sealed class Prober(ChaosRun run, HttpClient client)
{
    public long Probes { get; private set; }

    public async Task RunAsync(Func<bool> goesOn)
    {
        string[] routes = ["/v2/health/live", "/v2/health/ready", "/v2/models/simple/ready", "/v2/models/swap/ready", "/v2/models/stats"];
        while (goesOn())
        {
            foreach (var route in routes)
            {
                var answer = await run.WatchAsync($"GET {route}", async () =>
                {
                    using var response = await client.GetAsync(route);
                    return $"{(int)response.StatusCode}";
                });
                run.Expect(answer is null or "200", $"GET {route} answered {answer}.");
                Probes++;
            }

            await Task.Delay(20);
        }
    }
}
