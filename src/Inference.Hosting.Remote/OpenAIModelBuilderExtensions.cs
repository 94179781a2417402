// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Remote.OpenAI;
using Inference.Hosting.Remote.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves models of servers that speak OpenAI's protocol: vLLM, llama.cpp, Ollama, OpenAI itself, another app with Inference.Hosting.</summary>
public static class OpenAIModelBuilderExtensions
{
    private const string Section = "Remote";

    /// <summary>Serves the version with a server that speaks OpenAI's protocol.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="address">Where its routes lie, for example <c>http://vllm:8000/v1</c>.</param>
    /// <param name="key">
    /// Sent as <c>Authorization: Bearer</c>; null for none. Better kept in configuration, as <c>Inference:Models:{name}:Remote:Key</c>.
    /// </param>
    /// <param name="configure">Sets options in code; configuration under <c>Inference:Models:{name}:Remote</c> overrides them.</param>
    /// <remarks>
    /// Over HTTP, bodies reach the server and answers the client as they are, but for the name of the model. In process the model offers the
    /// same capabilities as a local one. It is ready while one of its servers is well.
    /// </remarks>
    public static IModelBuilder UseOpenAI(
        this IModelBuilder builder, Uri address, string? key = null, Action<OpenAIRemoteOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(address);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<OpenAIRemoteOptions>, OpenAIRemoteOptionsValidator>());
        builder.AddModelOptions<OpenAIRemoteOptions>(Section, Bind);
        builder.ConfigureModelOptions<OpenAIRemoteOptions>(options =>
        {
            options.Addresses.Clear();
            options.Addresses.Add(address);
            options.Key = key ?? options.Key;
        });
        if (configure is not null)
        {
            builder.ConfigureModelOptions(configure);
        }

        var model = builder.Name;
        RemoteHttp.Add(
            builder.Services, model, services => services.GetRequiredService<IOptionsMonitor<OpenAIRemoteOptions>>().Get(model));
        return builder.UseBackend(services => new OpenAIBackend(services, model));
    }

    private static void Bind(IConfiguration section, OpenAIRemoteOptions options)
    {
        if (section.GetSection(nameof(options.Addresses)).Exists())
        {
            options.Addresses.Clear();
        }

        section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
    }
}
