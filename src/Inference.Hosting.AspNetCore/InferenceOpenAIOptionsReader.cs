// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.AspNetCore;

/// <summary>Lays the configuration over the options of the OpenAI routes that code gave and checks the result, once for each app.</summary>
internal static class InferenceOpenAIOptionsReader
{
    private static readonly string[] _keys =
    [
        nameof(InferenceOpenAIOptions.Enabled),
        nameof(InferenceOpenAIOptions.MaxInputs),
        nameof(InferenceOpenAIOptions.MaxChoices),
        nameof(InferenceOpenAIOptions.MaxPrompts),
        nameof(InferenceOpenAIOptions.AllowMissingModel),
        nameof(InferenceOpenAIOptions.AllowChatTemplate),
        nameof(InferenceOpenAIOptions.FirstEventTimeout),
        nameof(InferenceOpenAIOptions.KeepAliveInterval),
        nameof(InferenceOpenAIOptions.AutoTruncate),
        nameof(InferenceOpenAIOptions.ApiKeys),
        nameof(InferenceOpenAIOptions.EnableShortPaths),
        nameof(InferenceOpenAIOptions.EnableHealth),
        nameof(InferenceOpenAIOptions.AnswerUnknownPaths),
        nameof(InferenceOpenAIOptions.EnableTextEmbeddingsInference),
        nameof(InferenceOpenAIOptions.MaxResponseItems),
        nameof(InferenceOpenAIOptions.ResponseItemLifetime),
    ];

    /// <summary>The options in force.</summary>
    /// <exception cref="OptionsValidationException">A key is unknown or a value is out of range.</exception>
    public static InferenceOpenAIOptions Read(IServiceProvider services)
    {
        var options = services.GetService<IOptions<InferenceOpenAIOptions>>()?.Value ?? new InferenceOpenAIOptions();
        HttpSection.Read(services, InferenceOpenAIOptions.Section, _keys, options, static (section, options) => section.Bind(options), Validate);
        return options;
    }

    private static IEnumerable<string> Validate(InferenceOpenAIOptions options)
    {
        if (options.MaxInputs < 1)
        {
            yield return $"{InferenceOpenAIOptions.Section}:{nameof(options.MaxInputs)} is {options.MaxInputs}. Give a number from 1.";
        }

        if (options.MaxResponseItems < 0)
        {
            yield return $"{InferenceOpenAIOptions.Section}:{nameof(options.MaxResponseItems)} is {options.MaxResponseItems}. Give a number from 0.";
        }

        if (options.ResponseItemLifetime <= TimeSpan.Zero)
        {
            yield return $"{InferenceOpenAIOptions.Section}:{nameof(options.ResponseItemLifetime)} is {options.ResponseItemLifetime}. Give a time above zero.";
        }

        if (options.MaxChoices is < 1 or > 128)
        {
            yield return $"{InferenceOpenAIOptions.Section}:{nameof(options.MaxChoices)} is {options.MaxChoices}. Give a number from 1 to 128.";
        }

        if (options.MaxPrompts < 1)
        {
            yield return $"{InferenceOpenAIOptions.Section}:{nameof(options.MaxPrompts)} is {options.MaxPrompts}. Give a number from 1.";
        }

        if (options.FirstEventTimeout <= TimeSpan.Zero && options.FirstEventTimeout != Timeout.InfiniteTimeSpan)
        {
            yield return $"{InferenceOpenAIOptions.Section}:{nameof(options.FirstEventTimeout)} is {options.FirstEventTimeout}. Give a time above zero, or -00:00:00.001 to wait for good.";
        }

        if (options.KeepAliveInterval <= TimeSpan.Zero)
        {
            yield return $"{InferenceOpenAIOptions.Section}:{nameof(options.KeepAliveInterval)} is {options.KeepAliveInterval}. Give a time above zero.";
        }

        foreach (var fault in ValidateKeys(options.ApiKeys))
        {
            yield return fault;
        }
    }

    // What is wrong with a key, never the key.
    private static IEnumerable<string> ValidateKeys(IDictionary<string, string> keys)
    {
        const string Path = $"{InferenceOpenAIOptions.Section}:{nameof(InferenceOpenAIOptions.ApiKeys)}";
        foreach (var (name, key) in keys)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                yield return $"{Path} has a key without a name. Name who has it.";
            }
            else if (string.IsNullOrEmpty(key) || !key.All(letter => letter is > ' ' and < '\u007f'))
            {
                yield return $"{Path}:{name} is empty, or has a character that a header cannot carry. Give visible ASCII characters without blanks.";
            }
            else if (keys.First(other => other.Value == key).Key != name)
            {
                yield return $"{Path}:{name} is the same key as another one. Give each name a key of its own.";
            }
        }
    }
}
