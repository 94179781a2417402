// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Inference.Hosting;
using Inference.Hosting.Capabilities;
using Inference.Hosting.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models.</summary>
public static class InferenceServiceCollectionExtensions
{
    private const DynamicallyAccessedMemberTypes Needed =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces;

    /// <summary>Registers a model under the name of its type, as <c>AddHttpClient&lt;T&gt;</c> does.</summary>
    /// <typeparam name="T">
    /// A class whose constructor takes <see cref="IInferenceClient"/>, a capability of its model, and anything of the app's services; or a
    /// capability interface. A singleton: made at start, disposed by the host.
    /// </typeparam>
    /// <param name="services">The app's services.</param>
    /// <returns>A builder; give the model a backend with one of its <c>Use…</c> verbs.</returns>
    public static IModelBuilder AddModel<[DynamicallyAccessedMembers(Needed)] T>(this IServiceCollection services)
        where T : class
        => services.AddModel<T>(ModelName.Of(typeof(T)));

    /// <summary>Registers a model under a name.</summary>
    /// <typeparam name="T"><inheritdoc cref="AddModel{T}(IServiceCollection)" path="/typeparam[@name='T']"/></typeparam>
    /// <param name="services">The app's services.</param>
    /// <param name="name">1 to 128 of <c>A-Z a-z 0-9 . _ -</c>. T and the interfaces it implements are keyed by it.</param>
    /// <returns>A builder; give the model a backend with one of its <c>Use…</c> verbs.</returns>
    public static IModelBuilder AddModel<[DynamicallyAccessedMembers(Needed)] T>(this IServiceCollection services, string name)
        where T : class
    {
        var builder = ModelServices.GetOrAdd(services, name);
        ModelServices.AddType(builder, typeof(T), TypedModelFactory.For(typeof(T), builder.Definition));
        return builder;
    }

    /// <summary>Registers a model that is called with tensors: by routes, and in process through a keyed <see cref="IInferenceClient"/>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">1 to 128 of <c>A-Z a-z 0-9 . _ -</c>.</param>
    /// <returns>A builder; give the model a backend with one of its <c>Use…</c> verbs. Calling again with the same name goes on configuring it.</returns>
    public static IModelBuilder AddModel(this IServiceCollection services, string name)
        => ModelServices.GetOrAdd(services, name);

    /// <summary>Registers a model that turns texts into vectors: <c>AddModel&lt;IEmbeddingModel&gt;(name)</c>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">1 to 128 of <c>A-Z a-z 0-9 . _ -</c>. The capability is keyed by it.</param>
    /// <returns>A builder; give the model a backend with one of its <c>Use…</c> verbs.</returns>
    public static IModelBuilder AddEmbeddingModel(this IServiceCollection services, string name) => services.AddModel<IEmbeddingModel>(name);

    /// <summary>Registers a model that scores documents for a query: <c>AddModel&lt;IReranker&gt;(name)</c>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">1 to 128 of <c>A-Z a-z 0-9 . _ -</c>. The capability is keyed by it.</param>
    /// <returns>A builder; give the model a backend with one of its <c>Use…</c> verbs.</returns>
    public static IModelBuilder AddRerankModel(this IServiceCollection services, string name) => services.AddModel<IReranker>(name);

    /// <summary>Registers a model that sorts texts into classes: <c>AddModel&lt;ITextClassifier&gt;(name)</c>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">1 to 128 of <c>A-Z a-z 0-9 . _ -</c>. The capability is keyed by it.</param>
    /// <returns>A builder; give the model a backend with one of its <c>Use…</c> verbs.</returns>
    public static IModelBuilder AddClassifierModel(this IServiceCollection services, string name) => services.AddModel<ITextClassifier>(name);

    /// <summary>Registers a model that goes on with chats: <c>AddModel&lt;IChatModel&gt;(name)</c>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">1 to 128 of <c>A-Z a-z 0-9 . _ -</c>. The capability is keyed by it.</param>
    /// <returns>A builder; give the model a backend with one of its <c>Use…</c> verbs.</returns>
    public static IModelBuilder AddChatModel(this IServiceCollection services, string name) => services.AddModel<IChatModel>(name);
}
