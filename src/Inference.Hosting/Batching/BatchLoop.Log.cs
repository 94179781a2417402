// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Batching;

internal sealed partial class BatchLoop
{
    [LoggerMessage(300, LogLevel.Warning, "Model {Model} version {Version}: a run of {Rows} rows failed (rerun: {IsRerun}); its rows are told apart.", EventName = "RunFailed")]
    private partial void LogRunFailed(string model, string version, int rows, bool isRerun, Exception error);

    [LoggerMessage(301, LogLevel.Error, "Model {Model} version {Version}: a batch failed, and so did a harmless row. The engine is at fault.", EventName = "EngineFailed")]
    private partial void LogEngineFailed(string model, string version, Exception error);

    [LoggerMessage(302, LogLevel.Error, "Model {Model} version {Version}: instance {Instance} is lost and will be replaced.", EventName = "InstanceLost")]
    private partial void LogInstanceLost(string model, string version, int instance, Exception error);

    [LoggerMessage(303, LogLevel.Information, "Model {Model} version {Version}: instance {Instance} was replaced.", EventName = "InstanceReplaced")]
    private partial void LogInstanceReplaced(string model, string version, int instance);

    [LoggerMessage(304, LogLevel.Warning, "Model {Model} version {Version}: instance {Instance} could not be replaced yet.", EventName = "InstanceReplaceFailed")]
    private partial void LogReplaceFailed(string model, string version, int instance, Exception error);

    [LoggerMessage(305, LogLevel.Warning, "Model {Model} version {Version}: {Rows} rows lack memory. The row cap is lowered for five minutes.", EventName = "OutOfMemory")]
    private partial void LogOutOfMemory(string model, string version, int rows);

    [LoggerMessage(306, LogLevel.Information, "Model {Model} version {Version}: the breaker's probe ended (passed: {Passed}).", EventName = "BreakerProbed")]
    private partial void LogProbed(string model, string version, bool passed, Exception? error);

    [LoggerMessage(307, LogLevel.Warning, "Model {Model} version {Version}: disposing instance {Instance} failed.", EventName = "InstanceDisposeFailed")]
    private partial void LogDisposeFailed(string model, string version, int instance, Exception error);
}
