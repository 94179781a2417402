// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.AspNetCore;

/// <summary>Lays a section of the configuration over options that code gave; every fault is told at once.</summary>
internal static class HttpSection
{
    /// <param name="services">The app's services.</param>
    /// <param name="path">Of the section.</param>
    /// <param name="keys">All it may have.</param>
    /// <param name="options">What code gave.</param>
    /// <param name="bind">The bind call, written where the type is known, so that the source generator sees it.</param>
    /// <param name="validate">Finds every value that is out of range.</param>
    /// <exception cref="OptionsValidationException">A key is unknown or a value is out of range.</exception>
    public static void Read<TOptions>(
        IServiceProvider services,
        string path,
        IReadOnlyList<string> keys,
        TOptions options,
        Action<IConfigurationSection, TOptions> bind,
        Func<TOptions, IEnumerable<string>> validate)
    {
        List<string> faults = [];
        if (services.GetService<IConfiguration>()?.GetSection(path) is { } section)
        {
            faults.AddRange(section.GetChildren()
                .Where(child => !keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                .Select(child => $"{path}:{child.Key} is not known. Known keys: {string.Join(", ", keys)}."));
            try
            {
                bind(section, options);
            }
            catch (InvalidOperationException exception)
            {
                // The binder's text names the key and the type it wants.
                faults.Add(exception.Message);
            }
        }

        faults.AddRange(validate(options));
        if (faults.Count > 0)
        {
            throw new OptionsValidationException(path, typeof(TOptions), faults);
        }
    }
}
