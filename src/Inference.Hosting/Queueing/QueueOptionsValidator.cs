// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting.Queueing;

/// <summary>Ranges of <see cref="QueueOptions"/>.</summary>
internal sealed class QueueOptionsValidator : IValidateOptions<QueueOptions>
{
    private const int MaxTenants = 64;

    public ValidateOptionsResult Validate(string? name, QueueOptions options)
    {
        var faults = new OptionsFaults(name, "Queue")
            .InRange(nameof(options.MaxQueueTime), options.MaxQueueTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1))
            .InRange(nameof(options.MaxQueuedRows), options.MaxQueuedRows, 1, int.MaxValue)
            .InRange(nameof(options.MaxQueuedBytes), options.MaxQueuedBytes, 1, long.MaxValue)
            .InRange(nameof(options.PriorityLevels), options.PriorityLevels, 1, 16)
            .InRange(nameof(options.DefaultPriority), options.DefaultPriority, 1, Math.Max(options.PriorityLevels, 1))
            .InRange(nameof(options.AgeStep), options.AgeStep, TimeSpan.Zero, TimeSpan.FromHours(1));
        foreach (var (tenant, weight) in options.Tenants)
        {
            faults.InRange($"{nameof(options.Tenants)}:{tenant}", weight, 1, 1_000_000);
        }

        if (options.Tenants.Count > MaxTenants)
        {
            faults.Add(nameof(options.Tenants), options.Tenants.Count, $"name at most {MaxTenants}; all others share one flow");
        }

        return faults.Result;
    }
}
