// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote;

/// <summary>What all remote engines share. Section <c>Inference:Models:{name}:Remote</c>.</summary>
/// <remarks>Addresses, headers and <see cref="ConnectTimeout"/> are read when a version is loaded; all else reloads.</remarks>
public abstract class RemoteOptions
{
    private protected RemoteOptions()
    {
    }

    /// <summary>Where the model is served; each address serves the same model. A call goes to the one that answers soonest, as predicted.</summary>
    /// <value>The address given in code; addresses in configuration replace it. From 1.</value>
    public IList<Uri> Addresses { get; } = [];

    /// <summary>The key, sent as <c>Authorization: Bearer</c>. It never appears in logs, errors or texts.</summary>
    /// <value>Null by default: none is sent.</value>
    public string? Key { get; set; }

    /// <summary>Headers that are sent with each call.</summary>
    /// <value>Empty by default.</value>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Most calls at a time, over all addresses; others wait in the model's queue.</summary>
    /// <value>256 by default, from 1.</value>
    public int MaxConcurrency { get; set; } = 256;

    /// <summary>How long a connection may take to come about.</summary>
    /// <value>5 s by default.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a server may take until its answer begins. An answer that is not streamed begins when it is complete.</summary>
    /// <value>10 minutes by default.</value>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a server may be silent within an answer.</summary>
    /// <value>2 minutes by default.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often a call is tried again, at another address where there is one, when nothing of it can have happened twice.</summary>
    /// <value>2 by default, from 0 to 10.</value>
    public int MaxRetries { get; set; } = 2;

    /// <summary>After how long a call that may be made twice is made a second time, at another address; the first answer counts.</summary>
    /// <value>Null by default: never.</value>
    public TimeSpan? HedgeAfter { get; set; }

    /// <summary>How often each address is asked whether it is well.</summary>
    /// <value>10 s by default.</value>
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an address may take to say so.</summary>
    /// <value>5 s by default.</value>
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Failures in a row (no connection, broken answers, statuses from 500) after which an address gets no calls for a while.</summary>
    /// <value>5 by default, from 1.</value>
    public int EjectAfter { get; set; } = 5;

    /// <summary>How long that is at first; twice as long each time that the one call that is then tried fails too.</summary>
    /// <value>1 s by default.</value>
    public TimeSpan EjectTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it is at most.</summary>
    /// <value>30 s by default.</value>
    public TimeSpan MaxEjectTime { get; set; } = TimeSpan.FromSeconds(30);
}
