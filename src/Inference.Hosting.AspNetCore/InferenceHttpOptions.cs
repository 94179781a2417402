// SPDX-License-Identifier: Apache-2.0

using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Inference.Hosting.AspNetCore;

/// <summary>What remote callers may send and ask for. Section <c>Inference:Http</c>, which wins over code; read when <c>MapInference</c> is called.</summary>
public sealed class InferenceHttpOptions
{
    /// <summary>The configuration section of these options.</summary>
    public const string Section = "Inference:Http";

    /// <summary>Most bytes of a request body as sent; more is 413. Request-size metadata of an endpoint wins over it.</summary>
    /// <value>64 MiB by default, from 1 KiB. It replaces the server's own limit on the inference routes.</value>
    public long MaxRequestBodySize { get; set; } = 64L << 20;

    /// <summary>Most bytes of a compressed body once inflated; more is 413.</summary>
    /// <value>64 MiB by default, from 1 KiB.</value>
    public long MaxDecompressedBodySize { get; set; } = 64L << 20;

    /// <summary>Most bytes of all bodies that are being received at a time; a body of more than 64 KiB that finds no room is 429.</summary>
    /// <value>Null by default: a quarter of the memory that the process may use, and at least <see cref="MaxRequestBodySize"/>. From 1 MiB.</value>
    public long? MaxReceivingBytes { get; set; }

    /// <summary>Most bytes of all input tensors of a request once they are read; more is 413.</summary>
    /// <value>64 MiB by default, from 1 KiB to 1 GiB. Short JSON numbers grow: <c>1,</c> becomes 8 bytes of INT64.</value>
    public long MaxTensorBytes { get; set; } = 64L << 20;

    /// <summary>Deepest nesting of JSON; deeper is 400.</summary>
    /// <value>100 by default, from 8 to 1000.</value>
    public int MaxJsonDepth { get; set; } = 100;

    /// <summary>Most inputs, and most requested outputs, of a request; more is 400.</summary>
    /// <value>1024 by default, from 1.</value>
    public int MaxTensors { get; set; } = 1024;

    /// <summary>Most parameters of a request or tensor; more is 400.</summary>
    /// <value>128 by default, from 1.</value>
    public int MaxParameters { get; set; } = 128;

    /// <summary>Most characters of a name, id or text parameter in a request; more is 400.</summary>
    /// <value>1024 by default, from 1.</value>
    public int MaxNameLength { get; set; } = 1024;

    /// <summary>Most dimensions of a shape; more is 400.</summary>
    /// <value>32 by default, from 1.</value>
    public int MaxRank { get; set; } = 32;

    /// <summary>Time for a request body to arrive; then 408. The server's minimum data rate applies too.</summary>
    /// <value>2 minutes by default; zero leaves it to the server.</value>
    public TimeSpan ReceiveTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Time from the arrival of a request until its answer is of no more use: the deadline of its inference.</summary>
    /// <value>Null by default: no deadline.</value>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>Longest time in the queue that the V2 parameter <c>timeout</c> may ask for; more is taken as this.</summary>
    /// <value>Null by default: no bound but the model's own.</value>
    public TimeSpan? MaxQueueTimeout { get; set; }

    /// <summary>The highest priority the V2 parameter <c>priority</c> may ask for, 1 being the highest of all; a higher one is taken as this.</summary>
    /// <value>1 by default.</value>
    public int HighestPriority { get; set; } = 1;

    /// <summary>Whether <c>MapInference</c> maps KServe's V1 routes: <c>/v1/models</c>, <c>:predict</c> and <c>:explain</c>.</summary>
    /// <value>False by default.</value>
    public bool EnableV1 { get; set; }

    /// <summary>A regular expression for the names of request headers that models get as parameters; it must match a whole name, in any case.</summary>
    /// <value>
    /// Null by default: none. Names become lower-case; a parameter of that name in the body wins. Credentials (<c>authorization</c>,
    /// <c>proxy-authorization</c>, <c>cookie</c>) and the names of the protocol's own parameters are never forwarded.
    /// </value>
    /// <remarks>Triton's <c>--http-header-forward-pattern</c>.</remarks>
    public string? HeaderForwardPattern { get; set; }

    /// <summary>Whose request it is, for fair sharing of a queue. In code only.</summary>
    /// <value>By default the authenticated identity's <see cref="ClaimTypes.NameIdentifier"/>, else its name; null for everybody else.</value>
    public Func<HttpContext, string?> Tenant { get; set; } = GetAuthenticatedName;

    private static string? GetAuthenticatedName(HttpContext context)
        // HttpContext.User would make an identity where the app has none, for every request.
        => context.Features.Get<IHttpAuthenticationFeature>()?.User is { Identity: { IsAuthenticated: true } identity } user
            ? user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? identity.Name
            : null;
}
