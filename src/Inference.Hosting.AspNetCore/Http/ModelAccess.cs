// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Finds models for requests and asks their policies, with the <see cref="ModelInfo"/> as the resource.</summary>
internal sealed class ModelAccess(IModelCatalog catalog)
{
    /// <summary>The model a request names.</summary>
    /// <exception cref="InferenceException">NotFound.</exception>
    public ModelInfo Find(string? name)
        => name is not null && catalog.TryGetModel(name, out var model)
            ? model
            : throw new InferenceException(InferenceErrorCode.NotFound, $"There is no model '{name}'.")
            {
                Parameter = "model",
            };

    /// <summary>A version of a model, or its default one; null while none is ready.</summary>
    /// <exception cref="InferenceException">NotFound.</exception>
    public static ModelVersionInfo? FindVersion(ModelInfo model, string? version)
    {
        if (version is null)
        {
            return model.Default;
        }

        foreach (var candidate in model.Versions)
        {
            if (candidate.Version == version)
            {
                return candidate;
            }
        }

        throw new InferenceException(
            InferenceErrorCode.NotFound,
            $"Model '{model.Name}' has no version '{version}'. It has: {string.Join(", ", model.Versions.Select(known => known.Version))}.")
        {
            Parameter = "version",
        };
    }

    /// <summary>The version to serve a request with; where another model can stand in, the latest that is known, whatever its state.</summary>
    /// <exception cref="InferenceException">NotFound; NotReady with the reason.</exception>
    public ModelVersionInfo FindServing(ModelInfo model, string? version)
        => FindVersion(model, version) is { State: ModelState.Ready } ready
            ? ready
            : (version is null ? FindReplaced(model) : null) ?? throw NotReady(model, version);

    /// <summary>What a version takes: what the model's own class says, else the graph. A raw client speaks of its latest version only.</summary>
    public static ModelMetadata? MetadataOf(ITensorModel tensors, ModelVersionInfo version)
        => (tensors is IInferenceClient ? null : tensors.Metadata) ?? version.Metadata;

    /// <summary>What a model says of itself; a version that was loaded once still knows it, ready or not.</summary>
    /// <exception cref="InferenceException">NotFound; NotReady.</exception>
    public ModelMetadata Describe(ModelInfo model, string? version)
    {
        var info = FindVersion(model, version) ?? model.Versions.LastOrDefault(known => known.Metadata is not null);
        var own = info is { State: ModelState.Ready } && catalog.GetCapability<ITensorModel>(model.Name) is { } tensors
            ? MetadataOf(tensors, info)
            : info?.Metadata;
        return own ?? throw NotReady(model, version);
    }

    /// <summary>Why a model, or one version of it, cannot serve.</summary>
    public static InferenceException NotReady(ModelInfo model, string? version)
    {
        var info = FindVersion(model, version) ?? (model.Versions is [.., var newest] ? newest : null);
        if (info is { State: ModelState.Ready, Metadata: null })
        {
            return new InferenceException(
                InferenceErrorCode.Unsupported, $"Model '{model.Name}' takes no tensors: it composes other models, and the app has routes of its own for it.");
        }

        var state = (info?.State ?? ModelState.Unloaded) switch
        {
            ModelState.Loading => "is loading",
            ModelState.Failed => "could not be loaded",
            ModelState.Draining => "is shutting down",
            ModelState.Ready => "cannot serve at the moment",
            _ => "is not loaded",
        };
        var subject = version is null ? $"Model '{model.Name}'" : $"Version '{version}' of model '{model.Name}'";
        return new InferenceException(
            InferenceErrorCode.NotReady,
            info?.Reason is { Length: > 0 } reason ? $"{subject} {state}: {reason}" : $"{subject} {state}.")
        {
            RetryAfter = info?.RetryAfter ?? TimeSpan.FromSeconds(1),
        };
    }

    /// <summary>Whether the caller may use a model; if not, the answer has been written.</summary>
    public static ValueTask<bool> IsAllowedAsync(HttpContext context, ModelInfo model)
        => model.Policies.Count == 0 ? new(true) : AuthorizeAsync(context, model, answer: true);

    /// <summary>Whether the caller may use a model; writes nothing.</summary>
    public static ValueTask<bool> IsVisibleAsync(HttpContext context, ModelInfo model)
        => model.Policies.Count == 0 ? new(true) : AuthorizeAsync(context, model, answer: false);

    /// <summary>Whether the caller may use a model, for protocols that word a refusal themselves.</summary>
    public static async ValueTask<ModelPermission> CheckAsync(HttpContext context, ModelInfo model)
        => model.Policies.Count == 0 || await FindRefusalAsync(context, model) is not var (_, isChallenge)
            ? ModelPermission.Granted
            : isChallenge ? ModelPermission.Challenged : ModelPermission.Forbidden;

    /// <summary>The refusal in words.</summary>
    public static string Describe(ModelInfo model, bool isChallenge) => isChallenge
        ? $"Model '{model.Name}' requires authentication."
        : $"The caller may not use model '{model.Name}'.";

    // What the model took when it was last loaded is what its callers send; one that never was takes what its fallback does.
    private ModelVersionInfo? FindReplaced(ModelInfo model)
    {
        foreach (var name in model.Fallbacks)
        {
            if (catalog.TryGetModel(name, out var other) && other.Default is { State: ModelState.Ready } ready)
            {
                return model.Versions.LastOrDefault(known => known.Metadata is not null) ?? ready;
            }
        }

        return null;
    }

    private static async ValueTask<bool> AuthorizeAsync(HttpContext context, ModelInfo model, bool answer)
    {
        if (await FindRefusalAsync(context, model) is not var (policy, isChallenge))
        {
            return true;
        }

        if (answer)
        {
            await RefuseAsync(context, model, policy, isChallenge);
        }

        return false;
    }

    private static async ValueTask<(AuthorizationPolicy Policy, bool IsChallenge)?> FindRefusalAsync(HttpContext context, ModelInfo model)
    {
        var services = context.RequestServices;
        var evaluator = services.GetRequiredService<IPolicyEvaluator>();
        foreach (var name in model.Policies)
        {
            var policy = await FindPolicyAsync(services.GetRequiredService<IAuthorizationPolicyProvider>(), name);
            var authentication = await evaluator.AuthenticateAsync(policy, context);
            var result = await evaluator.AuthorizeAsync(policy, authentication, context, model);
            if (!result.Succeeded)
            {
                return (policy, result.Challenged);
            }
        }

        return null;
    }

    private static async Task<AuthorizationPolicy> FindPolicyAsync(IAuthorizationPolicyProvider provider, string name)
        => name.Length == 0
            ? await provider.GetDefaultPolicyAsync()
            : await provider.GetPolicyAsync(name) ?? throw new InvalidOperationException(
                $"The authorization policy '{name}' of a model is not defined. Define it in AddAuthorization(options => options.AddPolicy(…)).");

    private static async Task RefuseAsync(HttpContext context, ModelInfo model, AuthorizationPolicy policy, bool challenged)
    {
        var status = challenged ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        context.Response.StatusCode = status;
        var schemes = await FindSchemesAsync(context.RequestServices, policy, challenged);
        foreach (var scheme in schemes)
        {
            await (challenged ? context.ChallengeAsync(scheme) : context.ForbidAsync(scheme));
        }

        // A scheme may answer otherwise, for example send a browser to a page where it can sign in.
        if (!context.Response.HasStarted && context.Response.StatusCode == status)
        {
            await ErrorWriter.WriteAsync(context, status, Describe(model, challenged));
        }
    }

    // An app may authenticate by a middleware of its own and have no scheme that could challenge.
    private static async Task<IEnumerable<string?>> FindSchemesAsync(IServiceProvider services, AuthorizationPolicy policy, bool challenged)
    {
        if (policy.AuthenticationSchemes.Count > 0)
        {
            return policy.AuthenticationSchemes;
        }

        var provider = services.GetService<IAuthenticationSchemeProvider>();
        var scheme = provider is null
            ? null
            : challenged ? await provider.GetDefaultChallengeSchemeAsync() : await provider.GetDefaultForbidSchemeAsync();
        return scheme is null ? [] : [scheme.Name];
    }
}
