// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Models;

/// <summary>One loaded instance of a version, with the assets that belong to it, counted by those who use it.</summary>
/// <remarks>A swap closes it: nobody new gets in, and it is disposed when the last user has left.</remarks>
internal sealed class ModelVersion(string model, string version, ILoadedModel loaded, IReadOnlyDictionary<Type, object> assets)
    : IAsyncDisposable
{
    private const int Closed = 1 << 30;

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users;

    public string Model { get; } = model;

    public string Version { get; } = version;

    public ILoadedModel Loaded { get; } = loaded;

    public IReadOnlyDictionary<Type, object> Assets { get; } = assets;

    /// <summary>Reads how busy the version is.</summary>
    public Func<ModelLoad> ReadLoad { get; } = () => loaded.Load;

    /// <summary>Reads how the version gathers rows.</summary>
    public Func<BatchingInfo?> ReadBatching { get; } = () => loaded.Batching;

    public int Users => Volatile.Read(ref _users) & ~Closed;

    /// <summary>Enters, unless closed.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _users) < Closed)
        {
            return true;
        }

        Exit();
        return false;
    }

    /// <summary>Enters on behalf of somebody who is inside already, and so even when closed.</summary>
    public void EnterAgain() => Interlocked.Increment(ref _users);

    public void Exit()
    {
        if (Interlocked.Decrement(ref _users) == Closed)
        {
            _idle.TrySetResult();
        }
    }

    /// <summary>Leaves, on disposal, what was entered before.</summary>
    public Entry Hold() => new(this);

    /// <summary>Lets nobody in any more. The task completes when the last user has left.</summary>
    public Task Close()
    {
        if ((Interlocked.Or(ref _users, Closed) & ~Closed) == 0)
        {
            _idle.TrySetResult();
        }

        return _idle.Task;
    }

    /// <summary>Frees what was loaded, then the assets, which it may have used until then.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Loaded.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync(Assets.Values).ConfigureAwait(false);
        }
    }

    public static async ValueTask DisposeAsync(IEnumerable<object> assets)
    {
        foreach (var asset in assets)
        {
            if (asset is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (asset as IDisposable)?.Dispose();
            }
        }
    }

    /// <summary>One entry, left by disposal.</summary>
    public readonly struct Entry(ModelVersion version) : IDisposable
    {
        public void Dispose() => version.Exit();
    }
}
