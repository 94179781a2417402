// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Backends;

public sealed class TypedFunctionStressTests
{
    private const int Callers = 24;
    private const int Turns = 400;

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(3, true)]
    public async Task Callers_OfAllKindsWithCancellationAndPoison_LoseNothingAndMixNothingUp(int instances, bool streams)
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddSingleton(TimeProvider.System);
            var model = services.AddModel<IBatchFunction<int, int>>("f").WithBatching(options =>
            {
                options.MaxBatchSize = 16;
                options.Instances = instances;
                options.MaxBatchCost = 40;
                options.IsolationBudget = 1;
            }).WithQueue(options => options.MaxQueuedRows = 64);
            if (streams)
            {
                model.UseFunction<int, int>(AnswerAsync, cost: Cost, groupBy: item => item % 3);
            }
            else
            {
                model.UseFunction<int, int>(DoubleAsync, cost: Cost, groupBy: item => item % 3);
            }
        });
        var function = host.Services.GetRequiredKeyedService<IBatchFunction<int, int>>("f");
        var (ok, failed, cancelled) = (0L, 0L, 0L);

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Factory.StartNew(
            () => CallAsync(new Random(caller)), CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap()))
            .WaitAsync(ModelTestHost.Patience);

        await TypedFunctionHarness.UntilAsync(() => host.Catalog.Models[0].Versions[0].Load!.Value.InFlight == 0);
        var statistics = host.Catalog.GetStatistics("f", "1")!;

        // Items that a failing or leaving call dropped are counted as cancelled, or as what they became before.
        Assert.True(ok > 0 && failed > 0 && cancelled > 0, $"{ok} {failed} {cancelled}");
        Assert.InRange(statistics.Success.Count, ok, statistics.InferenceCount);
        Assert.True(statistics.Fail.Count >= failed, $"{statistics.Fail.Count} of {failed}");
        Assert.Equal(statistics.InferenceCount, statistics.Batches.Sum(batch => batch.BatchSize * batch.ComputeInfer.Count));
        Assert.Equal(0, statistics.RefusedCount);

        async Task CallAsync(Random random)
        {
            for (var turn = 0; turn < Turns; turn++)
            {
                using var cancellation = new CancellationTokenSource();
                var item = random.Next(1, 10_000);
                var token = random.Next(8) == 0 ? cancellation.Token : CancellationToken.None;
                try
                {
                    var call = random.Next(3) switch
                    {
                        0 => OneAsync(item, token),
                        1 => ManyAsync([.. Enumerable.Range(item, random.Next(1, 40))], token),
                        _ => StreamAsync([.. Enumerable.Range(item, random.Next(1, 40))], token),
                    };
                    if (token.CanBeCanceled)
                    {
                        await Task.Yield();
                        await cancellation.CancelAsync();
                    }

                    await call;
                }
                catch (InferenceException exception)
                {
                    Assert.Equal(InferenceErrorCode.InvalidInput, exception.Code);
                    Interlocked.Increment(ref failed);
                }
                catch (OperationCanceledException exception)
                {
                    Assert.Equal(token, exception.CancellationToken);
                    Interlocked.Increment(ref cancelled);
                }
            }
        }

        async Task OneAsync(int item, CancellationToken token)
        {
            Assert.Equal(2 * item, await function.InvokeAsync(item, token));
            Interlocked.Increment(ref ok);
        }

        async Task ManyAsync(int[] items, CancellationToken token)
        {
            Assert.Equal(items.Select(item => 2 * item), await function.InvokeManyAsync(items, token));
            Interlocked.Add(ref ok, items.Length);
        }

        async Task StreamAsync(int[] items, CancellationToken token)
        {
            var seen = new HashSet<int>();
            await foreach (var result in function.StreamAsync(items, token))
            {
                Assert.True(seen.Add(result.Index));
                Assert.True(IsPoison(items[result.Index]) == (result.Error is not null), result.Error?.ToString());
                if (result.Error is null)
                {
                    Assert.Equal(2 * items[result.Index], result.Value);
                    Interlocked.Increment(ref ok);
                }
                else
                {
                    Interlocked.Increment(ref failed);
                }
            }

            Assert.Equal(items.Length, seen.Count);
        }
    }

    private static bool IsPoison(int item) => item % 97 == 0;

    private static int Cost(int item) => 1 + (item % 7);

    private static void Check(IReadOnlyList<int> items)
    {
        Assert.InRange(items.Count, 1, 16);
        Assert.True(items.Count == 1 || items.Sum(Cost) <= 40);
        Assert.Single(items.Select(item => item % 3).Distinct());
    }

    private static InferenceException Poison(int item) => new(InferenceErrorCode.InvalidInput, $"{item} is poison.");

    private static async Task<IReadOnlyList<int>> DoubleAsync(IReadOnlyList<int> items, CancellationToken cancellationToken)
    {
        Check(items);
        await Task.Yield();
        return items.FirstOrDefault(IsPoison) is var poison and not 0 ? throw Poison(poison) : [.. items.Select(item => 2 * item)];
    }

    private static async Task AnswerAsync(Inference.Hosting.Backends.ItemBatch<int, int> batch, CancellationToken cancellationToken)
    {
        Check(batch.Items);
        foreach (var (i, item) in batch.Items.Index())
        {
            await Task.Yield();
            if (IsPoison(item) && i % 2 == 0)
            {
                throw Poison(item);
            }

            if (IsPoison(item))
            {
                batch.SetError(i, Poison(item));
            }
            else
            {
                batch.SetResult(i, 2 * item);
            }
        }
    }
}
