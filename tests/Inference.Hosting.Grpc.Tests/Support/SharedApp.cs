// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Grpc.Tests.Support;

/// <summary>The test models, in memory and on a real server.</summary>
public sealed class SharedApp : IAsyncLifetime
{
    private GrpcApp _memory = null!;
    private GrpcApp _kestrel = null!;

    internal GrpcApp this[bool kestrel] => kestrel ? _kestrel : _memory;

    public async ValueTask InitializeAsync()
    {
        _memory = await GrpcApp.StartAsync(TestModels.Add);
        _kestrel = await GrpcApp.StartAsync(TestModels.Add, kestrel: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        await _kestrel.DisposeAsync();
    }
}
