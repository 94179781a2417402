// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Inference.Hosting.Remote.Servers;
using Inference.Hosting.Remote.V2.Facts;

namespace Inference.Hosting.Remote.V2.Rest;

/// <summary>V2 over REST: tensors as bytes where the server has that extension, else as JSON.</summary>
internal sealed class RestProtocol : IV2Protocol
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>The only one.</summary>
    public static RestProtocol Instance { get; } = new();

    public bool HasStreams => false;

    // The whole of V2 is optional to some: who does not describe the server has no extensions.
    public async ValueTask<ServerFacts> GetServerAsync(RemoteEngine engine, RemoteServer server, CancellationToken cancellationToken)
        => await AskAsync(engine, server, "v2", FactsJsonContext.Default.ServerFacts, cancellationToken).ConfigureAwait(false) ?? new ServerFacts();

    public async ValueTask<ModelFacts> GetModelAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken)
        => await AskAsync(engine, server, PathOf(model, version), FactsJsonContext.Default.ModelFacts, cancellationToken).ConfigureAwait(false)
            ?? throw V2Faults.Missing(model, version);

    public ValueTask<ConfigFacts?> GetConfigAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken)
        => AskAsync(engine, server, $"{PathOf(model, version)}/config", FactsJsonContext.Default.ConfigFacts, cancellationToken);

    public async ValueTask<ServerFault> ProbeAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken)
    {
        using var response = await engine.AskAsync(
            server, new RemoteRequest(HttpMethod.Get, $"{PathOf(model, version)}/ready"), cancellationToken).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ServerFault.KeyRefused,
            _ => response.IsSuccessStatusCode ? ServerFault.None : ServerFault.NotReady,
        };
    }

    public V2Body Write(V2Call call) => RestRequestWriter.Write(call);

    public RemoteRequest Address(V2Call call, V2Body body, bool isStream)
        => new(HttpMethod.Post, $"{PathOf(call.Model.Name, call.Model.Version)}/infer")
        {
            Body = body.Memory,
            ContentType = body.HeaderLength is null ? "application/json" : "application/octet-stream",
            Headers = body.HeaderLength is { } length ? [new(HeaderLength, length.ToString(CultureInfo.InvariantCulture))] : [],
            IsIdempotent = true,
            Terms = call.Request,
            ReceiveAsync = RestReceiver.ReceiveAsync,
            StatusOf = StatusOf,
        };

    public V2Message Read(V2Call call, RemoteAnswer answer)
    {
        var message = (V2Message)answer.Take()!;
        try
        {
            if (!answer.IsSuccess)
            {
                throw RestFaults.Read(call, answer, message.Body.Span);
            }

            RestAnswerReader.Read(message, FindHeaderLength(answer, message.Body.Length), call.Model.Outputs);
            return message;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            message.Dispose();
            throw V2Faults.BadAnswer("it is not a valid body of the V2 protocol, or its tensors do not fit their shapes", exception);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    public IAsyncEnumerable<V2Message> ReadStreamAsync(V2Call call, RemoteAnswer answer)
        => throw new NotSupportedException("REST has no streams of tensors.");

    // A model that fails on a request is no reason to ask another server, which fails on it too; a version that is missing is one.
    private static HttpStatusCode StatusOf(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.InternalServerError => HttpStatusCode.UnprocessableContent,
        HttpStatusCode.NotFound => HttpStatusCode.ServiceUnavailable,
        var status => status,
    };

    private static string PathOf(string model, string? version)
        => version is null
            ? $"v2/models/{Uri.EscapeDataString(model)}"
            : $"v2/models/{Uri.EscapeDataString(model)}/versions/{Uri.EscapeDataString(version)}";

    private static int? FindHeaderLength(RemoteAnswer answer, int bodyLength)
    {
        if (!answer.Headers.NonValidated.TryGetValues(HeaderLength, out var values)
            && !answer.ContentHeaders.NonValidated.TryGetValues(HeaderLength, out values))
        {
            return null;
        }

        return int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= bodyLength
            ? length
            : throw new FormatException("The length of the JSON is wrong.");
    }

    private static async ValueTask<T?> AskAsync<T>(
        RemoteEngine engine, RemoteServer server, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await engine.AskAsync(server, new RemoteRequest(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
            switch (response.StatusCode)
            {
                case HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented:
                    return null;
                case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                    throw V2Faults.Refused();
                case var _ when !response.IsSuccessStatusCode:
                    throw V2Faults.NotReady(response.Headers.RetryAfter?.Delta);
            }

            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(body, type);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw V2Faults.Unreachable(exception);
        }
        catch (JsonException exception)
        {
            throw V2Faults.BadAnswer("what it says of the model is not the JSON of the V2 protocol", exception);
        }
    }
}
