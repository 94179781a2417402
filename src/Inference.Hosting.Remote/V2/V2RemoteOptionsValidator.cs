// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting.Remote.V2;

/// <summary>Rules of <see cref="V2RemoteOptions"/>.</summary>
internal sealed class V2RemoteOptionsValidator : IValidateOptions<V2RemoteOptions>
{
    public ValidateOptionsResult Validate(string? name, V2RemoteOptions options)
    {
        var faults = new RemoteOptionsFaults(name).Check(options, "http", "https", "grpc", "grpcs");
        for (var i = 0; i < options.Addresses.Count; i++)
        {
            if (options.Addresses[i] is not { IsAbsoluteUri: true } address)
            {
                continue;
            }

            if (IsRpc(address) != IsRpc(options.Addresses[0]))
            {
                faults.Add($"Addresses:{i}", address.GetLeftPart(UriPartial.Path), "use one protocol for all addresses of a model, REST or gRPC");
            }

            if (address.AbsolutePath.TrimEnd('/').EndsWith("/v2", StringComparison.Ordinal))
            {
                faults.Add($"Addresses:{i}", address.GetLeftPart(UriPartial.Path), "leave out /v2, which is part of the protocol's own paths");
            }
        }

        if (options.Model is { Length: 0 })
        {
            faults.Add("Model", "empty", "name the model as the server does, or leave it out");
        }

        if (options.Version is { Length: 0 })
        {
            faults.Add("Version", "empty", "name a version as the server does, or leave it out for the latest");
        }

        return faults.Result;
    }

    private static bool IsRpc(Uri? address) => address is { IsAbsoluteUri: true, Scheme: "grpc" or "grpcs" };
}
