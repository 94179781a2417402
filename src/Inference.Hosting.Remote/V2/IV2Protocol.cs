// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Remote.Servers;
using Inference.Hosting.Remote.V2.Facts;

namespace Inference.Hosting.Remote.V2;

/// <summary>How V2 is spoken: over REST or gRPC. Stateless.</summary>
internal interface IV2Protocol
{
    /// <summary>Whether a call may have any number of answers.</summary>
    bool HasStreams { get; }

    /// <summary>What a server says of itself.</summary>
    /// <exception cref="InferenceException">It does not say.</exception>
    ValueTask<ServerFacts> GetServerAsync(RemoteEngine engine, RemoteServer server, CancellationToken cancellationToken);

    /// <summary>What a server says of a model.</summary>
    /// <param name="engine">The way there.</param>
    /// <param name="server">Whom to ask.</param>
    /// <param name="model">Its name there.</param>
    /// <param name="version">Null for the version that the server chooses.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InferenceException">It does not say.</exception>
    ValueTask<ModelFacts> GetModelAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken);

    /// <summary>How a model is configured.</summary>
    /// <returns>Null when the server has no such extension.</returns>
    /// <exception cref="InferenceException">It cannot be asked.</exception>
    ValueTask<ConfigFacts?> GetConfigAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken);

    /// <summary>Whether a model can serve now, and if not, why.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    ValueTask<ServerFault> ProbeAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken);

    /// <summary>A call in the form in which it is sent; reads all of the caller's tensors.</summary>
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge: it cannot be sent.</exception>
    V2Body Write(V2Call call);

    /// <summary>What is sent with a body.</summary>
    RemoteRequest Address(V2Call call, V2Body body, bool isStream);

    /// <summary>The one answer to a call, which was received as a whole.</summary>
    /// <exception cref="InferenceException">The server answers with an error, or with what cannot be read.</exception>
    V2Message Read(V2Call call, RemoteAnswer answer);

    /// <summary>The answers to a call that may have any number, each the caller's to dispose.</summary>
    /// <exception cref="InferenceException">The server answers with an error, or breaks off.</exception>
    IAsyncEnumerable<V2Message> ReadStreamAsync(V2Call call, RemoteAnswer answer);
}
