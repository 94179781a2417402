// SPDX-License-Identifier: Apache-2.0

using System.Collections.ObjectModel;

namespace Inference.Hosting.Conformance;

/// <summary>Which server is checked, and how.</summary>
public sealed class ConformanceOptions
{
    /// <summary>Where its REST routes begin, without <c>/v2</c>; a path is a prefix. Null to leave REST out.</summary>
    public Uri? RestAddress { get; init; }

    /// <summary>Where its gRPC service is; <c>http</c> means HTTP/2 in clear text. Null to leave gRPC out.</summary>
    public Uri? GrpcAddress { get; init; }

    /// <summary>Models to call with inputs made from their metadata.</summary>
    /// <value>None by default: the repository index is asked, and the models of <see cref="ConformanceModels"/> are tried.</value>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Headers of every call, for example <c>Authorization</c>.</summary>
    /// <value>None by default.</value>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>How long one call may take, its answer included.</summary>
    /// <value>30 seconds by default.</value>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a generated model may be unloaded and loaded again. No other model ever is.</summary>
    /// <value>False by default.</value>
    public bool AllowUnload { get; init; }

    /// <summary>Makes what carries REST calls; null for sockets. For a server in memory: <c>() =&gt; testServer.CreateHandler()</c>.</summary>
    public Func<HttpMessageHandler>? RestHandler { get; init; }

    /// <summary>Makes what carries gRPC calls; null for sockets.</summary>
    public Func<HttpMessageHandler>? GrpcHandler { get; init; }

    /// <summary>Measures <see cref="CallTimeout"/>.</summary>
    /// <value>The system's clock by default.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
