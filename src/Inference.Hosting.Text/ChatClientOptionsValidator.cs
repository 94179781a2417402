// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Text.Interop;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Text;

/// <summary>Refuses options that no chat client can keep.</summary>
internal sealed class ChatClientOptionsValidator : IValidateOptions<ChatClientOptions>
{
    public ValidateOptionsResult Validate(string? name, ChatClientOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.MaxConcurrency < 1)
        {
            faults.AddError($"'{options.MaxConcurrency}' is not allowed: it must be from 1.", nameof(options.MaxConcurrency));
        }

        if ((options.Features & ~ChatRequestWriter.Possible) is var impossible && impossible != GenerationFeatures.None)
        {
            faults.AddError($"An IChatClient cannot carry {impossible}. Leave it out.", nameof(options.Features));
        }

        if (options.ContextLength < 1)
        {
            faults.AddError($"'{options.ContextLength}' is not allowed: it must be from 1.", nameof(options.ContextLength));
        }

        return faults.Build();
    }
}
