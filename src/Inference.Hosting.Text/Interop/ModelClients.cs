// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Text.Interop;

/// <summary>Makes the clients and generators of models. Thread-safe.</summary>
internal sealed class ModelClients(IServiceProvider services, TimeProvider time)
{
    private readonly IModelCatalog _catalog = services.GetService<IModelCatalog>()
        ?? throw new InvalidOperationException("No model is registered. Call services.AddChatModel(name) or another AddModel first.");

    public IChatClient ChatClient(object? key)
    {
        var (name, model) = Find<IChatModel>(key);
        return new ModelChatClient(model, name, time, asked => IsKnownAs(name, asked));
    }

    public IEmbeddingGenerator<string, Embedding<float>> EmbeddingGenerator(object? key)
    {
        var (name, model) = Find<IEmbeddingModel>(key);
        return new ModelEmbeddingGenerator(model, name, time, asked => IsKnownAs(name, asked));
    }

    public IChatClient DefaultChatClient() => ChatClient(DefaultName<IChatModel>());

    public IEmbeddingGenerator<string, Embedding<float>> DefaultEmbeddingGenerator() => EmbeddingGenerator(DefaultName<IEmbeddingModel>());

    private (string Name, TCapability Model) Find<TCapability>(object? key)
        where TCapability : class
    {
        if (key is not string name || !_catalog.TryGetModel(name, out var model))
        {
            throw new InvalidOperationException($"There is no model '{key}'. Use the name of one of AddModel, or register the client under this key.");
        }

        return (model.Name, _catalog.GetCapability<TCapability>(name) ?? throw new InvalidOperationException(
            $"Model '{model.Name}' does not offer {typeof(TCapability).Name}. Use another model."));
    }

    // The default was registered as an object, without its name.
    private string DefaultName<TCapability>()
        where TCapability : class
    {
        var model = services.GetService<TCapability>();
        var name = model is null
            ? null
            : _catalog.Models.FirstOrDefault(known => ReferenceEquals(_catalog.GetCapability<TCapability>(known.Name), model))?.Name;
        return name ?? throw new InvalidOperationException(
            $"No model with {typeof(TCapability).Name} is the default. Call AsDefault() on one, or inject by the model's name: [FromKeyedServices(name)].");
    }

    private bool IsKnownAs(string name, string asked) => _catalog.TryGetModel(asked, out var model) && model.Name == name;
}
