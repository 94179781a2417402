// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.AspNetCore;

/// <summary>Lays the configuration over the options that code gave and checks the result, once for each app.</summary>
internal static class InferenceHttpOptionsReader
{
    private static readonly string[] _keys =
    [
        nameof(InferenceHttpOptions.MaxRequestBodySize), nameof(InferenceHttpOptions.MaxDecompressedBodySize),
        nameof(InferenceHttpOptions.MaxTensorBytes), nameof(InferenceHttpOptions.MaxJsonDepth),
        nameof(InferenceHttpOptions.MaxTensors), nameof(InferenceHttpOptions.MaxParameters),
        nameof(InferenceHttpOptions.MaxNameLength), nameof(InferenceHttpOptions.MaxRank),
        nameof(InferenceHttpOptions.ReceiveTimeout), nameof(InferenceHttpOptions.RequestTimeout),
        nameof(InferenceHttpOptions.MaxQueueTimeout), nameof(InferenceHttpOptions.HighestPriority),
        nameof(InferenceHttpOptions.MaxReceivingBytes),
        nameof(InferenceHttpOptions.EnableV1), nameof(InferenceHttpOptions.HeaderForwardPattern),
    ];

    /// <summary>The options in force.</summary>
    /// <exception cref="OptionsValidationException">A key is unknown or a value is out of range.</exception>
    public static InferenceHttpOptions Read(IServiceProvider services)
    {
        var options = services.GetService<IOptions<InferenceHttpOptions>>()?.Value ?? new InferenceHttpOptions();
        HttpSection.Read(
            services, InferenceHttpOptions.Section, _keys, options, static (section, options) => section.Bind(options), InferenceHttpOptionsValidator.Validate);
        return options;
    }
}
