// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>A catalog of fake models.</summary>
internal sealed class FakeCatalog(params FakeModel[] models) : IModelCatalog
{
    public IReadOnlyList<ModelInfo> Models => [.. models.Select(model => model.Info)];

    public bool TryGetModel(string nameOrAlias, [NotNullWhen(true)] out ModelInfo? model)
        => (model = Find(nameOrAlias)?.Info) is not null;

    public IInferenceClient GetClient(string nameOrAlias) => Find(nameOrAlias)!;

    public TCapability? GetCapability<TCapability>(string nameOrAlias)
        where TCapability : class
        => Find(nameOrAlias) as TCapability;

    public ModelStatistics? GetStatistics(string nameOrAlias, string? version = null) => Find(nameOrAlias)!.Statistics;

    public Task LoadAsync(string name, string? version = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task UnloadAsync(string name, string? version = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task WaitUntilReadyAsync(string? name = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

    private FakeModel? Find(string name) => models.FirstOrDefault(model => model.Info.Name == name || model.Info.Aliases.Contains(name));
}
