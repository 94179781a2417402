// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Text.Interop;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Text;

/// <summary>Refuses options that no embedding generator can keep.</summary>
internal sealed class EmbeddingGeneratorOptionsValidator : IValidateOptions<EmbeddingGeneratorOptions>
{
    public ValidateOptionsResult Validate(string? name, EmbeddingGeneratorOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.MaxConcurrency < 1)
        {
            faults.AddError($"'{options.MaxConcurrency}' is not allowed: it must be from 1.", nameof(options.MaxConcurrency));
        }

        if ((options.Features & ~EmbeddingGeneratorModel.Possible) is var impossible && impossible != TextFeatures.None)
        {
            faults.AddError($"An IEmbeddingGenerator cannot carry {impossible}. Leave it out.", nameof(options.Features));
        }

        if (options.Dimensions < 1 || options.MaxInputTokens < 1)
        {
            faults.AddError("It must be from 1.", options.Dimensions < 1 ? nameof(options.Dimensions) : nameof(options.MaxInputTokens));
        }

        return faults.Build();
    }
}
