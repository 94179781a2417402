// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Inference.Hosting.DependencyInjection;

/// <summary>Tells the options monitor of a change only once the new values are known to be valid; else the former ones stay in force.</summary>
internal sealed partial class ModelOptionsReload<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions> : IOptionsChangeTokenSource<TOptions>, IDisposable
    where TOptions : class
{
    private readonly ModelOptionsSource<TOptions> _source;
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly ILogger _logger;
    private readonly IDisposable? _subscription;
    private CancellationTokenSource _changed = new();

    public ModelOptionsReload(
        ModelOptionsSource<TOptions> source,
        IConfiguration? configuration,
        IOptionsFactory<TOptions> factory,
        ILogger logger)
    {
        (_source, _factory, _logger) = (source, factory, logger);
        if (configuration is not null)
        {
            _subscription = ChangeToken.OnChange(configuration.GetReloadToken, OnConfigurationChanged);
        }
    }

    public string? Name => _source.OptionsName;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    public void Dispose() => _subscription?.Dispose();

    private void OnConfigurationChanged()
    {
        try
        {
            _factory.Create(_source.OptionsName);
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException)
        {
            LogRejected(_source.OptionsName, typeof(TOptions).Name, exception.Message);
            return;
        }

        Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
    }

    [LoggerMessage(120, LogLevel.Error, "New {Options} of model {Model} are not valid; the former ones stay in force: {Reason}", EventName = "OptionsRejected")]
    private partial void LogRejected(string model, string options, string reason);
}
