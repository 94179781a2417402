// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Models;

internal sealed partial class VersionSlot
{
    [LoggerMessage(100, LogLevel.Information, "Loading version {Version} of model {Model}.", EventName = "ModelLoading")]
    private partial void LogLoading(string model, string version);

    [LoggerMessage(101, LogLevel.Information, "Version {Version} of model {Model} is ready after {Seconds:0.###} s on {Devices}.", EventName = "ModelReady")]
    private partial void LogLoaded(string model, string version, double seconds, string devices);

    [LoggerMessage(102, LogLevel.Error, "Version {Version} of model {Model} could not be loaded: {Reason}", EventName = "ModelLoadFailed")]
    private partial void LogLoadFailed(string model, string version, string reason, Exception exception);

    [LoggerMessage(103, LogLevel.Information, "Version {Version} of model {Model} is unloaded.", EventName = "ModelUnloaded")]
    private partial void LogUnloaded(string model, string version);

    [LoggerMessage(104, LogLevel.Warning, "Version {Version} of model {Model} still had {Users} users after the drain timeout of {Seconds} s; they fail with NotReady.", EventName = "ModelDrainTimeout")]
    private partial void LogDrainTimeout(string model, string version, int users, double seconds);

    [LoggerMessage(105, LogLevel.Error, "Version {Version} of model {Model} could not be freed.", EventName = "ModelDisposeFailed")]
    private partial void LogDisposeFailed(string model, string version, Exception exception);
}
