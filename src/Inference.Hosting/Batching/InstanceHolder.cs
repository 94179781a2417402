// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Batching;

/// <summary>The engine instance of one thread: replaced when its device is lost, disposed at the end. Used on that thread only.</summary>
internal sealed partial class InstanceHolder(
    BatchQueue queue,
    int index,
    IInferenceEngine engine,
    IEngineInstance first,
    ModelMetadata metadata,
    SampleRunner samples,
    InferenceBatch description,
    ILogger logger)
{
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(60);

    private readonly ILogger _logger = logger;
    private readonly bool _isRagged = metadata.Inputs.Any(input => input.RaggedAxis is not null);
    private IEngineInstance? _instance = first;

    /// <summary>The instance.</summary>
    /// <exception cref="InvalidOperationException">It is lost.</exception>
    public IEngineInstance Instance => _instance ?? throw new InvalidOperationException("The instance is lost.");

    public bool IsLost => _instance is null;

    /// <summary>Runs a row that is known to be harmless.</summary>
    /// <returns>Why it failed, or null.</returns>
    public Exception? TrySample()
    {
        try
        {
            var options = queue.Settings;
            samples.Run(Instance, description, options.PadRows(1), _isRagged ? options.Pad(1) : 0);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Gives up the instance.</summary>
    public void Lose(Exception error)
    {
        LogLost(metadata.Name, metadata.Version, index, error);
        Dispose();
    }

    /// <summary>Makes a new instance after a pause, which doubles with each failure.</summary>
    /// <returns>False when the queue was closed first.</returns>
    public bool TryReplace()
    {
        for (var pause = TimeSpan.FromSeconds(1); queue.Pause(index, pause); pause = Longer(pause))
        {
            try
            {
                _instance = engine.CreateInstance(index);
                if (TrySample() is not { } error)
                {
                    queue.Restored(index);
                    LogReplaced(metadata.Name, metadata.Version, index);
                    return true;
                }

                LogReplaceFailed(metadata.Name, metadata.Version, index, error);
                Dispose();
            }
            catch (Exception exception)
            {
                LogReplaceFailed(metadata.Name, metadata.Version, index, exception);
            }
        }

        return false;
    }

    public void Dispose()
    {
        try
        {
            _instance?.Dispose();
        }
        catch (Exception exception)
        {
            LogDisposeFailed(metadata.Name, metadata.Version, index, exception);
        }

        _instance = null;
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < _longestPause ? pause * 2 : _longestPause;

    [LoggerMessage(
        302,
        LogLevel.Error,
        "Model {Model} version {Version}: instance {Instance} is lost and will be replaced.",
        EventName = "InstanceLost")]
    private partial void LogLost(string model, string version, int instance, Exception error);

    [LoggerMessage(
        303, LogLevel.Information, "Model {Model} version {Version}: instance {Instance} was replaced.", EventName = "InstanceReplaced")]
    private partial void LogReplaced(string model, string version, int instance);

    [LoggerMessage(
        304,
        LogLevel.Warning,
        "Model {Model} version {Version}: instance {Instance} could not be replaced yet.",
        EventName = "InstanceReplaceFailed")]
    private partial void LogReplaceFailed(string model, string version, int instance, Exception error);

    [LoggerMessage(
        307,
        LogLevel.Warning,
        "Model {Model} version {Version}: disposing instance {Instance} failed.",
        EventName = "InstanceDisposeFailed")]
    private partial void LogDisposeFailed(string model, string version, int instance, Exception error);
}
