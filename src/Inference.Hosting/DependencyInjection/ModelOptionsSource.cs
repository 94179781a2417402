// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Configuration;

namespace Inference.Hosting.DependencyInjection;

/// <summary>Where an options type of a model is bound from.</summary>
/// <param name="OptionsName">The name of the options.</param>
/// <param name="Paths">Sections, the more special later.</param>
/// <param name="KnownKeys">Keys that may stand in them; asked late, when all verbs have run.</param>
/// <param name="Bind">The bind call that the source generator has seen.</param>
internal sealed record ModelOptionsSource<TOptions>(
    string OptionsName, IReadOnlyList<string> Paths, Func<IReadOnlySet<string>> KnownKeys, Action<IConfiguration, TOptions> Bind)
    where TOptions : class;
