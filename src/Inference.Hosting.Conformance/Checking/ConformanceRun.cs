// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Conformance.Rpc;

namespace Inference.Hosting.Conformance.Checking;

/// <summary>What all checks of a run share: the two doors and what was found behind them.</summary>
internal sealed class ConformanceRun : IDisposable
{
    private readonly RestProbe? _rest;
    private readonly RpcProbe? _rpc;

    public ConformanceRun(ConformanceOptions options, CancellationToken cancellation)
    {
        (Options, Cancellation) = (options, cancellation);
        _rest = options.RestAddress is null ? null : new RestProbe(options, Transcript, cancellation);
        _rpc = options.GrpcAddress is null ? null : new RpcProbe(options, Transcript, cancellation);
    }

    public ConformanceOptions Options { get; }

    public CancellationToken Cancellation { get; }

    public Transcript Transcript { get; } = new();

    public ServerFacts Server { get; private set; } = ServerFacts.Unknown;

    public IReadOnlyList<ServedModel> Models { get; private set; } = [];

    public bool HasRest => _rest is not null;

    public bool HasRpc => _rpc is not null;

    public RestProbe Rest => _rest ?? throw new NotCheckedException("no REST address was given");

    public RpcProbe Rpc => _rpc ?? throw new NotCheckedException("no gRPC address was given");

    /// <summary>Addresses that were given and at which nobody answers, each with the reason.</summary>
    public IReadOnlyList<string> Unreachable => [.. new[] { _rest?.Unreachable, _rpc?.Unreachable }.OfType<string>()];

    /// <summary>Finds out what is there. What goes wrong here goes wrong again in the check that is about it.</summary>
    public async Task DiscoverAsync()
    {
        var discovery = new Discovery(this);
        await discovery.KnockAsync().ConfigureAwait(false);
        Server = await discovery.FindServerAsync().ConfigureAwait(false);
        Models = await discovery.FindModelsAsync().ConfigureAwait(false);
        _rest?.Silences = 0;
        _rpc?.Silences = 0;
    }

    /// <summary>A statement about models holds when it holds for all that it could be checked with.</summary>
    public async Task EachModelAsync(Func<ConformanceRun, ServedModel, Task> check)
    {
        Expect.Need(Models.Count > 0, "no model is known: the server has no repository index, so name one");
        string? reason = null;
        var isChecked = false;
        foreach (var model in Models)
        {
            try
            {
                await check(this, model).ConfigureAwait(false);
                isChecked = true;
            }
            catch (NotCheckedException skipped)
            {
                reason ??= $"model '{model.Name}': {skipped.Message}";
            }
            catch (StatementFailedException fault)
            {
                throw new StatementFailedException($"model '{model.Name}': {fault.Message}");
            }
        }

        Expect.Need(isChecked, reason ?? "");
    }

    /// <summary>One of the generated models.</summary>
    public ServedModel Generated(string name)
    {
        var model = Models.FirstOrDefault(model => model.Name == name && model.Fault is null);
        Expect.Need(model is not null, $"the server does not serve {name}; 'v2-conformance models DIR' writes it");
        return model;
    }

    public void Dispose()
    {
        _rest?.Dispose();
        _rpc?.Dispose();
    }
}
