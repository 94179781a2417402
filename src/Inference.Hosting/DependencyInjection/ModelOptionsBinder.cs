// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.DependencyInjection;

/// <summary>Binds one options type of one model, or of one of its versions, after all code: configuration wins.</summary>
internal sealed class ModelOptionsBinder<TOptions>(
    ModelOptionsSource<TOptions> source, IConfiguration? configuration) : IPostConfigureOptions<TOptions>
    where TOptions : class
{
    public void PostConfigure(string? name, TOptions options)
    {
        if (configuration is null || name != source.OptionsName)
        {
            return;
        }

        foreach (var path in source.Paths)
        {
            var section = configuration.GetSection(path);
            if (section.Exists())
            {
                Bind(section, options);
            }
        }
    }

    private void Bind(IConfigurationSection section, TOptions options)
    {
        var known = source.KnownKeys();
        var unknown = section.GetChildren().Where(child => !known.Contains(child.Key))
            .Select(child => $"{child.Path}: unknown key. Known here: {string.Join(", ", known.Order())}.")
            .ToList();
        if (unknown.Count > 0)
        {
            throw new OptionsValidationException(source.OptionsName, typeof(TOptions), unknown);
        }

        try
        {
            source.Bind(section, options);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException)
        {
            // The binder's message names the key and the value.
            throw new OptionsValidationException(source.OptionsName, typeof(TOptions), [$"{section.Path}: {exception.Message}"]);
        }
    }
}
