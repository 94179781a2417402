// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Writing;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>What the calls of the V2 protocol do, for those who carry them otherwise than over REST. Thread-safe.</summary>
/// <remarks>Limits, authorization, contexts and texts are those of the REST routes.</remarks>
public sealed class V2Operations
{
    private readonly EndpointServices _services;
    private readonly InferenceRouteGroups _groups;

    internal V2Operations(EndpointServices services, InferenceRouteGroups groups) => (_services, _groups, Repository) = (services, groups, new V2Repository(services.Catalog));

    /// <summary>The options in force.</summary>
    public InferenceHttpOptions Options => _services.Options;

    /// <summary>All models.</summary>
    public IModelCatalog Catalog => _services.Catalog;

    /// <summary>Loads and unloads models.</summary>
    public V2Repository Repository { get; }

    /// <summary>The host's clock.</summary>
    public TimeProvider Time => _services.Time;

    /// <summary>Whether all models that readiness waits for can serve.</summary>
    public bool IsReady => Readiness.FindWaiting(Catalog.Models).Count == 0;

    /// <summary>The name of the server.</summary>
    public static string ServerName => MetadataEndpoint.Server.Name;

    /// <summary>The version of the server.</summary>
    public static string ServerVersion => MetadataEndpoint.Server.Version;

    /// <summary>The extensions that the server has.</summary>
    public IReadOnlyList<string> Extensions => (_groups.HasAdmin ? MetadataEndpoint.ManagedServer : MetadataEndpoint.Server).Extensions;

    /// <summary>Whether a version of a model, or its default one, can serve; false also where there is none.</summary>
    /// <param name="name">The model's name or an alias.</param>
    /// <param name="version">The version; null for the default one.</param>
    public bool IsModelReady(string name, string? version)
        => Catalog.TryGetModel(name, out var model)
            && (version is null ? model.IsReady : model.Versions.Any(known => known.Version == version && known.State == ModelState.Ready));

    /// <summary>The model that a request names.</summary>
    /// <param name="name">Its name or an alias.</param>
    /// <exception cref="InferenceException">NotFound.</exception>
    public ModelInfo FindModel(string? name) => _services.Models.Find(name);

    /// <summary>A version of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version; null for the default one.</param>
    /// <returns>Null when none was named and none is ready.</returns>
    /// <exception cref="InferenceException">NotFound.</exception>
    public static ModelVersionInfo? FindVersion(ModelInfo model, string? version)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelAccess.FindVersion(model, version);
    }

    /// <summary>Asks the policies of a model, with the model as the resource.</summary>
    /// <param name="context">Whose request it is.</param>
    /// <param name="model">The model.</param>
    public static ValueTask<ModelPermission> AuthorizeAsync(HttpContext context, ModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Policies.Count == 0 ? new(ModelPermission.Granted) : ModelAccess.CheckAsync(context, model);
    }

    /// <summary>A refusal in words.</summary>
    /// <param name="model">The model.</param>
    /// <param name="permission">What <see cref="AuthorizeAsync"/> said.</param>
    public static string DescribeRefusal(ModelInfo model, ModelPermission permission)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelAccess.Describe(model, permission == ModelPermission.Challenged);
    }

    /// <summary>What a model says of itself. Loads nothing.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version; null for the default one.</param>
    /// <exception cref="InferenceException">NotFound; NotReady.</exception>
    public ModelMetadata Describe(ModelInfo model, string? version)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _services.Models.Describe(model, version);
    }

    /// <summary>Whom an inference is for.</summary>
    /// <param name="model">The model, after <see cref="AuthorizeAsync"/>.</param>
    /// <param name="version">The version; null for the default one.</param>
    /// <exception cref="InferenceException">NotFound; NotReady with the reason, unless another model can stand in; Unsupported when it takes no tensors.</exception>
    public V2Target FindTarget(ModelInfo model, string? version)
    {
        ArgumentNullException.ThrowIfNull(model);
        var ready = _services.Models.FindServing(model, version);
        var tensors = Catalog.GetCapability<ITensorModel>(model.Name) ?? throw new InferenceException(
            InferenceErrorCode.Unsupported, $"Model '{model.Name}' does not take tensors, so V2 inference cannot call it.");
        return new(model, version, ready, tensors, ModelAccess.MetadataOf(tensors, ready));
    }

    /// <summary>Counts bytes of a message that have arrived against <see cref="InferenceHttpOptions.MaxReceivingBytes"/>.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="before">What the same message holds already.</param>
    /// <exception cref="InferenceException">QueueFull: there is no room; nothing was counted.</exception>
    public void HoldReceived(long bytes, long before) => _services.Receiving.Take(bytes, before);

    /// <summary>Gives back what was counted by <see cref="HoldReceived"/>.</summary>
    /// <param name="bytes">How many.</param>
    public void ReleaseReceived(long bytes) => _services.Receiving.Give(bytes);

    /// <summary>A request to be filled, and used again after it was disposed.</summary>
    public V2Request CreateRequest() => new(Options);

    /// <summary>Calls a model.</summary>
    /// <param name="context">Whose request it is.</param>
    /// <param name="target">Whom it is for.</param>
    /// <param name="request">Filled; to be disposed after the answer.</param>
    /// <param name="deadline">When the answer is of no more use by the caller's word; the server's own <see cref="InferenceHttpOptions.RequestTimeout"/> holds as well.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <exception cref="InferenceException">As <see cref="ITensorModel.InferAsync"/>.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<V2Answer> InferAsync(
        HttpContext context, V2Target target, V2Request request, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        request.Complete();
        var response = await CallAsync(context, target, request, deadline, cancellationToken);
        FallbackHeader.Write(context.Response, response.Timing.Model);
        if (TimingHeader.IsWanted(context.Request) && !context.Response.HasStarted)
        {
            context.Response.Headers[TimingHeader.Name] = TimingHeader.Format(response.Timing);
        }

        return Select(target, request, response);
    }

    /// <summary>Calls a model that may answer several times, or not at all.</summary>
    /// <param name="context">Whose request it is.</param>
    /// <param name="target">Whom it is for.</param>
    /// <param name="request">Filled; to be disposed after the last answer.</param>
    /// <param name="deadline">As for <see cref="InferAsync"/>.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <returns>Each answer is the caller's to dispose.</returns>
    /// <exception cref="InferenceException">While enumerating; as <see cref="ITensorModel.InferStreamAsync"/>.</exception>
    public async IAsyncEnumerable<V2Answer> InferStreamAsync(
        HttpContext context,
        V2Target target,
        V2Request request,
        DateTimeOffset? deadline,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        request.Complete();
        var ambient = Begin(context, target, request, deadline);
        await using var answers = target.Tensors.InferStreamAsync(request.Inference, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            ValueTask<bool> next;
            using (InferenceContext.Use(ambient))
            {
                next = answers.MoveNextAsync();
            }

            if (!await next)
            {
                break;
            }

            FallbackHeader.Write(context.Response, answers.Current.Timing.Model);
            yield return Select(target, request, answers.Current);
        }
    }

    /// <summary>Calls a model with a request that is complete.</summary>
    internal ValueTask<InferenceResponse> CallAsync(
        HttpContext context, in V2Target target, V2Request request, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        var ambient = Begin(context, target, request, deadline);

        // The context need not outlive this call: what the model starts in it has captured it.
        using (InferenceContext.Use(ambient))
        {
            return target.Tensors.InferAsync(request.Inference, cancellationToken);
        }
    }

    /// <summary>The version that answered.</summary>
    internal static string VersionOf(in V2Target target, in InferenceTiming timing) => timing.Version ?? target.Version.Version;

    /// <summary>What the version that did answer says of itself, labels above all.</summary>
    internal ModelMetadata? DescribeAnswer(in V2Target target, in InferenceTiming timing)
    {
        var (model, answered) = (target.Model, VersionOf(target, timing));
        if (timing.Model is { } other)
        {
            model = Catalog.TryGetModel(other, out var found) ? found : model;
        }
        else if (answered == target.Version.Version)
        {
            return target.Metadata;
        }

        return ModelAccess.MetadataOf(target.Tensors, model.Versions.FirstOrDefault(known => known.Version == answered) ?? target.Version);
    }

    private InferenceContext Begin(HttpContext context, in V2Target target, V2Request request, DateTimeOffset? deadline)
    {
        _services.Headers.Apply(context.Request, request.Inference);
        request.IsAsked = true;
        var own = _services.FindDeadline();
        return _services.CreateContext(
            context, request.Inference.Priority, target.Model.Name, target.Pin, own is null || deadline < own ? deadline : own);
    }

    private V2Answer Select(in V2Target target, V2Request request, InferenceResponse response)
    {
        try
        {
            var outputs = AnswerPlan.Select(request, response, DescribeAnswer(target, response.Timing));
            return new(target.Model.Name, VersionOf(target, response.Timing), outputs, response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
