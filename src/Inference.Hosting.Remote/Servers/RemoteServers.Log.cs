// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.Servers;

internal sealed partial class RemoteServers
{
    [LoggerMessage(800, LogLevel.Warning, "Server {Address} of model {Model} is not well: {Fault}.", EventName = "RemoteServerDown")]
    private partial void LogDown(Uri address, string model, ServerFault fault);

    [LoggerMessage(801, LogLevel.Information, "Server {Address} of model {Model} is well again.", EventName = "RemoteServerUp")]
    private partial void LogUp(Uri address, string model);

    [LoggerMessage(802, LogLevel.Warning, "Server {Address} of model {Model} failed {Failures} times in a row and gets no calls for {Seconds:0.#} s: {Fault}.", EventName = "RemoteServerEjected")]
    private partial void LogEjected(Uri address, string model, int failures, double seconds, ServerFault fault);

    [LoggerMessage(803, LogLevel.Information, "Server {Address} of model {Model} answers again.", EventName = "RemoteServerRecovered")]
    private partial void LogRecovered(Uri address, string model);
}
