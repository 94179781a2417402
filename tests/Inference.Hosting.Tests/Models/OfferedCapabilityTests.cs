// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Models;

public sealed class OfferedCapabilityTests
{
    private static readonly ChatRequest _hello = new() { Messages = [ChatMessage.FromUser("Hello")] };

    [Fact]
    public async Task AddChatModel_BackendThatOffersIt_IsServedByIt()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddChatModel("chat")
            .UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(new ScriptedChat("Hi", " there"))).AsDefault());

        var chat = host.Services.GetRequiredService<IChatModel>();
        var result = await chat.CompleteAsync(_hello);

        Assert.Equal("Hi there", result.Text);
        Assert.Equal(GenerationFeatures.Stop, chat.Info?.Features);
    }

    [Fact]
    public async Task Stream_AcrossASwap_HoldsItsVersionToItsEnd()
    {
        var backend = new FakeBackend().WithCapability<IChatModel>(new ScriptedChat("a", "b", "c"));
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddChatModel("chat").UseBackend(_ => backend));
        var chat = host.Services.GetRequiredKeyedService<IChatModel>("chat");

        var text = "";
        Task? reload = null;
        await foreach (var delta in chat.StreamAsync(_hello))
        {
            text += delta.Text;
            if (reload is null)
            {
                reload = host.Catalog.LoadAsync("chat");
                await host.WaitForAsync("chat", _ => backend.LoadCount == 2);
            }

            Assert.Equal(0, backend.DisposeCount);
        }

        await reload!.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(("abc", 1), (text, backend.DisposeCount));
    }

    [Fact]
    public async Task Stream_ReaderThatLeaves_LetsTheVersionGo()
    {
        var backend = new FakeBackend().WithCapability<IChatModel>(new ScriptedChat("a", "b", "c"));
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddChatModel("chat").UseBackend(_ => backend));

        await foreach (var delta in host.Services.GetRequiredKeyedService<IChatModel>("chat").StreamAsync(_hello))
        {
            break;
        }

        await host.Catalog.UnloadAsync("chat").WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, backend.DisposeCount);
    }

    [Fact]
    public async Task Complete_WhileLoading_KnowsNoInfoAndIsNotReady()
    {
        var backend = new FakeBackend().WithCapability<IChatModel>(new ScriptedChat("a"));
        backend.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => services.AddChatModel("chat").UseBackend(_ => backend));
        var chat = host.Services.GetRequiredKeyedService<IChatModel>("chat");

        Assert.Null(chat.Info);
        using (InferenceContext.Use(new InferenceContext { Overflow = InferenceOverflow.Reject }))
        {
            var fault = await Assert.ThrowsAsync<InferenceException>(() => chat.CompleteAsync(_hello).AsTask());
            Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        }
    }

    [Fact]
    public async Task Complete_VersionThatDoesNotOfferIt_IsUnsupported()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddChatModel("chat")
            .AddVersion("1", version => version.UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(new ScriptedChat("a"))))
            .AddVersion("2", version => version.UseBackend(_ => new FakeBackend())));
        var chat = host.Services.GetRequiredKeyedService<IChatModel>("chat");

        var fault = await Assert.ThrowsAsync<InferenceException>(() => chat.CompleteAsync(_hello).AsTask());
        Assert.Equal(InferenceErrorCode.Unsupported, fault.Code);
        using (InferenceContext.Use(new InferenceContext { Version = "1" }))
        {
            Assert.Equal("a", (await chat.CompleteAsync(_hello)).Text);
        }
    }

    [Fact]
    public async Task Explain_BackendThatOffersIt_IsServedByIt()
    {
        var backend = new FakeBackend().WithCapability<IExplainer>(new EchoExplainer());
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("m").UseBackend(_ => backend));

        var explainer = host.Catalog.GetCapability<IExplainer>("m")!;
        using var explanation = await explainer.ExplainAsync(new InferenceRequest());

        Assert.Equal("1", explanation.Predictions.Timing.Version);
        explanation.Dispose();
        Assert.Throws<ObjectDisposedException>(() => explanation.Explanations.Outputs);
    }

    [Fact]
    public async Task GetCapability_BackendWithoutExplanations_IsNull()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("m").UseBackend(_ => new FakeBackend()));

        Assert.Null(host.Catalog.GetCapability<IExplainer>("m"));
    }

    private sealed class EchoExplainer : IExplainer
    {
        public ValueTask<Explanation> ExplainAsync(InferenceRequest request, CancellationToken cancellationToken = default) => new(
            new Explanation(new InferenceResponse([], new InferenceTiming { Version = "1" }), new InferenceResponse([])));
    }

    private sealed class ScriptedChat(params string[] texts) : IChatModel
    {
        public GenerationInfo? Info { get; } = new() { Features = GenerationFeatures.Stop };

        public async IAsyncEnumerable<ChatDelta> StreamAsync(
            ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var text in texts)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                yield return new ChatDelta { Text = text };
            }

            yield return new ChatDelta { FinishReason = FinishReason.Stop };
        }
    }
}
