// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Servers;

/// <summary>One address, and what is known of it. All but the address is guarded by the lock of <see cref="RemoteServers"/>.</summary>
internal sealed class RemoteServer(Uri address)
{
    /// <summary>What the newest call weighs in the learned time.</summary>
    private const double Learning = 0.1;

    /// <summary>Over HTTP. Ends with a slash, so that relative paths lie below it.</summary>
    public Uri Address { get; } = Normalize(address);

    public int InFlight { get; set; }

    /// <summary>Ticks of an answered call, as learned; 0 while unknown.</summary>
    public double Cost { get; private set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>How often in a row it was ejected.</summary>
    public int Ejections { get; set; }

    /// <summary>No calls before this, in UTC; null when it is not ejected.</summary>
    public DateTimeOffset? EjectedUntil { get; set; }

    /// <summary>Why it was ejected.</summary>
    public ServerFault EjectedFor { get; set; }

    /// <summary>After an ejection, one call tries it.</summary>
    public bool IsTried { get; set; }

    /// <summary>What its own probe said last.</summary>
    public ServerFault Probed { get; set; }

    public void Learn(TimeSpan elapsed)
        => Cost = Cost == 0 ? Math.Max(1, elapsed.Ticks) : Cost + (Learning * (elapsed.Ticks - Cost));

    /// <summary>Whether a call may go there now.</summary>
    public bool IsOpen(DateTimeOffset now)
        => Probed is ServerFault.None or ServerFault.KeyRefused && (EjectedUntil is null || (EjectedUntil <= now && !IsTried));

    // The schemes grpc and grpcs only say what is spoken over HTTP.
    private static Uri Normalize(Uri address)
    {
        var text = address.AbsoluteUri.EndsWith('/') ? address.AbsoluteUri : address.AbsoluteUri + "/";
        return new Uri(text.StartsWith("grpc", StringComparison.Ordinal) ? $"http{text.AsSpan(4)}" : text);
    }
}
