// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting.DependencyInjection;

/// <summary>Configures the options of a model and of its versions alike.</summary>
internal sealed class ConfigureMatchingOptions<TOptions>(Func<string, bool> matches, Action<TOptions> configure)
    : IConfigureNamedOptions<TOptions>
    where TOptions : class
{
    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, TOptions options)
    {
        if (name is not null && matches(name))
        {
            configure(options);
        }
    }
}
