// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting.Batching;

/// <summary>Ranges of <see cref="WarmupOptions"/>.</summary>
internal sealed class WarmupOptionsValidator : IValidateOptions<WarmupOptions>
{
    public ValidateOptionsResult Validate(string? name, WarmupOptions options)
    {
        var faults = new OptionsFaults(name, "Warmup")
            .InRange(nameof(options.Budget), options.Budget, TimeSpan.Zero, TimeSpan.FromHours(1));
        for (var i = 0; i < options.Lengths.Count; i++)
        {
            faults.InRange($"{nameof(options.Lengths)}:{i}", options.Lengths[i], 1, int.MaxValue);
        }

        return faults.Result;
    }
}
