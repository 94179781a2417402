// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Calls of OpenAI's routes. Thread-safe.</summary>
internal sealed class OpenAIServer(RemoteEngine engine, string model, Func<OpenAIRemoteOptions> options)
{
    private const int MostChoices = 128;

    private readonly OpenAIPaths _paths = new();
    private (string Name, byte[] Json) _upstream = ("", []);

    /// <summary>The model, as it is called here.</summary>
    public string Model => model;

    public OpenAIRemoteOptions Options => options();

    /// <summary>What the model honours in process.</summary>
    public GenerationInfo GenerationInfo => new()
    {
        Features = options().Features,
        ContextLength = options().ContextLength,
        MaxChoices = MostChoices,
    };

    /// <summary>What the server calls the model.</summary>
    public string UpstreamModel => options().Model ?? model;

    /// <summary>The same as JSON, quotes included.</summary>
    public byte[] UpstreamModelJson
    {
        get
        {
            var name = UpstreamModel;
            var known = _upstream;
            if (known.Name != name)
            {
                _upstream = known = (name, ToJson(name));
            }

            return known.Json;
        }
    }

    /// <summary>A text as JSON, quotes included.</summary>
    public static byte[] ToJson(string text) => [(byte)'"', .. JsonEncodedText.Encode(text).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>Sends a body to a route and waits for the head of the answer.</summary>
    /// <returns>The answer, whatever its status, other than one that refuses our key.</returns>
    /// <exception cref="InferenceException">As <see cref="RemoteEngine.SendAsync"/>; EngineFailed with <c>upstream_auth</c>.</exception>
    public async ValueTask<RemoteAnswer> SendAsync(string route, ReadOnlyMemory<byte> body, string? requestId, CancellationToken cancellationToken)
    {
        var path = _paths.First(route);
        var answer = await SendToAsync(path, route, body, requestId, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound && _paths.Other(route) is { } other)
        {
            RemoteAnswer second;
            try
            {
                second = await SendToAsync(other, route, body, requestId, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await answer.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            var found = second.StatusCode != HttpStatusCode.NotFound;
            await (found ? answer : second).DisposeAsync().ConfigureAwait(false);
            if (found)
            {
                (answer, path) = (second, other);
            }
        }

        if (answer.IsSuccess)
        {
            _paths.Remember(route, path);
        }

        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            await answer.DisposeAsync().ConfigureAwait(false);
            throw UpstreamErrors.KeyRefused(model);
        }

        return answer;
    }

    /// <summary>The same in process: an answer that is an error is a failure.</summary>
    public async ValueTask<RemoteAnswer> AskAsync(string route, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(route, body, null, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
        {
            return answer;
        }

        try
        {
            throw answer.Refuse(await UpstreamErrors.ToExceptionAsync(answer, model).ConfigureAwait(false));
        }
        finally
        {
            await answer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Asks, and reads the whole answer.</summary>
    public async ValueTask<T> CallAsync<T>(
        string route, ReadOnlyMemory<byte> body, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(route, body, cancellationToken).ConfigureAwait(false);
        await using var ended = answer.ConfigureAwait(false);
        using var buffer = new ReadBuffer((int)Math.Clamp(answer.Length + 1 ?? 4096, 4096, 1 << 20));
        try
        {
            while (await buffer.FillAsync(answer).ConfigureAwait(false))
            {
            }

            using var document = JsonDocument.Parse(buffer.Memory);
            var result = read(document.RootElement);
            answer.Succeed();
            return result;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw answer.Refuse(new InferenceException(
                InferenceErrorCode.EngineFailed, "The server behind the model answered what is no JSON of OpenAI's protocol: its address may be wrong.", exception));
        }
        catch (InferenceException exception)
        {
            throw answer.Fail(exception);
        }
    }

    private ValueTask<RemoteAnswer> SendToAsync(
        string path, string route, ReadOnlyMemory<byte> body, string? requestId, CancellationToken cancellationToken)
        => engine.SendAsync(
            new RemoteRequest(HttpMethod.Post, path)
            {
                Body = body,
                IsIdempotent = OpenAIPaths.IsIdempotent(route),
                Headers = requestId is null ? [] : [new("x-request-id", requestId)],
            },
            cancellationToken);
}
