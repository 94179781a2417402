// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Models;

/// <summary>Makes fallbacks visible: each is counted, and the log says so at once and then once a minute. Thread-safe.</summary>
internal sealed partial class FallbackReport(string model, ModelHostDependencies dependencies)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = dependencies.Logger;
    private readonly Lock _lock = new();
    private long? _said;
    private long? _saidPassedOver;
    private long _unsaid;

    /// <summary>Another model answered.</summary>
    /// <param name="fallback">Its name.</param>
    /// <param name="refusal">Why the one that was asked did not; null when it was not to be had.</param>
    public void FellBack(string fallback, InferenceException? refusal)
    {
        dependencies.Metrics.FellBack(model, fallback, refusal?.Code ?? InferenceErrorCode.NotReady);
        long count;
        lock (_lock)
        {
            _unsaid++;
            if (!IsDue(ref _said))
            {
                return;
            }

            (count, _unsaid) = (_unsaid, 0);
        }

        LogFellBack(model, fallback, count, refusal?.Message ?? "It cannot serve at the moment.");
    }

    /// <summary>A model that stands in could not take a call.</summary>
    public void PassedOver(string fallback, InferenceException refusal)
    {
        lock (_lock)
        {
            if (!IsDue(ref _saidPassedOver))
            {
                return;
            }
        }

        LogPassedOver(fallback, model, refusal.Message);
    }

    private bool IsDue(ref long? said)
    {
        if (said is { } last && dependencies.Time.GetElapsedTime(last) < _pause)
        {
            return false;
        }

        said = dependencies.Time.GetTimestamp();
        return true;
    }

    [LoggerMessage(112, LogLevel.Warning, "Model {Fallback} answers for model {Model}, {Count} calls since this was last said: {Reason}", EventName = "FellBack")]
    private partial void LogFellBack(string model, string fallback, long count, string reason);

    [LoggerMessage(113, LogLevel.Warning, "Model {Fallback} cannot answer for model {Model}: {Reason}", EventName = "FallbackPassedOver")]
    private partial void LogPassedOver(string fallback, string model, string reason);
}
