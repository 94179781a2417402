// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting.Models;

/// <summary>Ranges of <see cref="ModelOptions"/>.</summary>
internal sealed class ModelOptionsValidator : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        var faults = new OptionsFaults(name, "")
            .InRange(nameof(options.LoadTimeout), options.LoadTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1))
            .InRange(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1))
            .InRange(nameof(options.MaxRetryDelay), options.MaxRetryDelay, options.RetryDelay, TimeSpan.FromDays(1))
            .InRange(nameof(options.DrainTimeout), options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(1));
        faults.InRange(nameof(options.FallbackAfter), options.FallbackAfter, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        for (var i = 0; i < options.Aliases.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(options.Aliases[i]))
            {
                faults.Add($"{nameof(options.Aliases)}:{i}", "empty", "name the alias or remove it");
            }
        }

        return faults.Result;
    }
}
