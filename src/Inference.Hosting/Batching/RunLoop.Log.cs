// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Batching;

internal abstract partial class RunLoop
{
    [LoggerMessage(
        300,
        LogLevel.Warning,
        "Model {Model} version {Version}: a run of {Rows} rows failed; its rows are told apart.",
        EventName = "RunFailed")]
    private partial void LogRunFailed(string model, string version, int rows, Exception error);

    [LoggerMessage(
        301,
        LogLevel.Error,
        "Model {Model} version {Version}: a batch failed, and so did a harmless row. The engine is at fault.",
        EventName = "EngineFailed")]
    private partial void LogEngineFailed(string model, string version, Exception error);

    [LoggerMessage(
        305,
        LogLevel.Warning,
        "Model {Model} version {Version}: {Rows} rows lack memory. The row cap is lowered for five minutes.",
        EventName = "OutOfMemory")]
    private partial void LogOutOfMemory(string model, string version, int rows);

    [LoggerMessage(
        306,
        LogLevel.Information,
        "Model {Model} version {Version}: the breaker's probe ended (passed: {Passed}).",
        EventName = "BreakerProbed")]
    private partial void LogProbed(string model, string version, bool passed, Exception? error);
}
