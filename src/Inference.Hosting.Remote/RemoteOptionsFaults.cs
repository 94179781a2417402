// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Remote;

/// <summary>Finds every fault of the shared options at once; each message names key, value and mend. Keys and their values are never named.</summary>
internal sealed class RemoteOptionsFaults(string? name)
{
    private static readonly TimeSpan _most = TimeSpan.FromDays(1);

    private readonly List<string> _faults = [];

    public ValidateOptionsResult Result => _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);

    /// <summary>Checks what all remote engines share.</summary>
    /// <param name="options">The options.</param>
    /// <param name="schemes">Schemes that an address may have.</param>
    public RemoteOptionsFaults Check(RemoteOptions options, params string[] schemes)
    {
        if (options.Addresses.Count == 0)
        {
            Add("Addresses", "none", "name at least one");
        }

        for (var i = 0; i < options.Addresses.Count; i++)
        {
            CheckAddress($"Addresses:{i}", options.Addresses[i], schemes);
        }

        if (options.Key?.Any(character => character is < '!' or > '~') == true)
        {
            Add("Key", "not shown", "use a key of visible ASCII characters");
        }

        InRange("MaxConcurrency", options.MaxConcurrency, 1, int.MaxValue);
        InRange("MaxRetries", options.MaxRetries, 0, 10);
        InRange("EjectAfter", options.EjectAfter, 1, int.MaxValue);
        var least = TimeSpan.FromMilliseconds(1);
        InRange("ConnectTimeout", options.ConnectTimeout, least, _most);
        InRange("ResponseTimeout", options.ResponseTimeout, least, _most);
        InRange("IdleTimeout", options.IdleTimeout, least, _most);
        InRange("HealthInterval", options.HealthInterval, least, _most);
        InRange("HealthTimeout", options.HealthTimeout, least, _most);
        InRange("EjectTime", options.EjectTime, least, _most);
        InRange("MaxEjectTime", options.MaxEjectTime, options.EjectTime, _most);
        InRange("HedgeAfter", options.HedgeAfter ?? least, least, _most);
        return this;
    }

    public RemoteOptionsFaults Add(string key, object? value, string mend)
    {
        // Options of a version are named model@version.
        var parts = (name ?? "").Split('@');
        var model = parts.Length == 2 ? $"{parts[0]}:Versions:{parts[1]}" : parts[0];
        _faults.Add(string.Create(CultureInfo.InvariantCulture, $"Inference:Models:{model}:Remote:{key} is {value ?? "null"}: {mend}."));
        return this;
    }

    private void CheckAddress(string key, Uri? address, string[] schemes)
    {
        if (address is not { IsAbsoluteUri: true } || !schemes.Contains(address.Scheme))
        {
            Add(key, address?.OriginalString, $"use an absolute address with {string.Join(" or ", schemes)}");
        }
        else if (address.UserInfo.Length > 0)
        {
            Add(key, "not shown, since it holds a secret", "put the key into Key");
        }
        else if (address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            Add(key, address.GetLeftPart(UriPartial.Path), "leave out what follows the path");
        }
    }

    private void InRange<T>(string key, T value, T min, T max)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            Add(key, value, string.Create(CultureInfo.InvariantCulture, $"use {min} to {max}"));
        }
    }
}
