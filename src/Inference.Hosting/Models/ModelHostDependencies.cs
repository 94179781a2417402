// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Models;

/// <summary>What every model host needs of the app.</summary>
internal sealed class ModelHostDependencies(
    IServiceProvider services, IOptionsMonitor<ModelOptions> options, InferenceMetrics metrics, ILoggerFactory? loggers = null)
{
    public IServiceProvider Services { get; } = services;

    public IOptionsMonitor<ModelOptions> Options { get; } = options;

    public InferenceMetrics Metrics { get; } = metrics;

    public TimeProvider Time { get; } = services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;

    public ILogger Logger { get; } = (loggers ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance)
        .CreateLogger("Inference.Hosting.Models");
}
