// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.Backends;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>The models that are served: each answers so that a row that came to the wrong caller, or from the wrong version, shows.</summary>
internal static class ChaosModels
{
    public const int MaxBatch = 16;

    /// <summary>Rows that the queue of the slow model holds.</summary>
    public const int BusyRows = 16;

    public const int SwapWidth = 4;

    /// <summary>A tag that makes the model fail.</summary>
    public const long Poison = -1;

    public static long Echo(string version, long tag) => version == "1" ? (3 * tag) + 1 : (5 * tag) + 2;

    public static string TextOf(string version, long tag) => string.Create(CultureInfo.InvariantCulture, $"{version}:{tag}");

    /// <summary>Adds all of them, watched.</summary>
    public static void Add(IServiceCollection services, Watch watch, SwapFolder folder)
    {
        var tags = services.AddModel("tags").WithInstances(2);
        foreach (var version in (string[])["1", "2"])
        {
            tags.AddVersion(version, builder => AddTags(builder, version));
        }

        services.AddModel("swap")
            .UseOnnxRuntime(folder.Path)
            .WithInstances(2)
            .WithBatching(options => options.MaxBatchSize = MaxBatch)
            .WithAsset(files => new Generation(folder.ReadNumber(files)));
        services.AddModel("simple")
            .UseOnnxRuntime(OnnxModels.AddSub().ToBytes())
            .WithBatching(options => options.MaxBatchSize = MaxBatch);
        AddSlow(services, "busy", TimeSpan.FromMilliseconds(5), BusyRows);
        services.AddModel<Pair>("pair");
        watch.Over(services);
    }

    /// <summary>A model of which a run takes a while, with two instances and batches of four.</summary>
    public static void AddSlow(IServiceCollection services, string name, TimeSpan time, int queuedRows)
        => services.AddModel(name)
            .UseFunction(
                [new TensorSpec("tag", TensorDataType.Int64, [-1, 1])],
                [new TensorSpec("echo", TensorDataType.Int64, [-1, 1])],
                (batch, _) =>
                {
                    Thread.Sleep(time);
                    Fill(batch, "1");
                })
            .WithInstances(2)
            .WithBatching(options => options.MaxBatchSize = 4)
            .WithQueue(options => options.MaxQueuedRows = queuedRows);

    private static void AddTags(IModelBuilder builder, string version) => builder
        .UseFunction(
            [new TensorSpec("tag", TensorDataType.Int64, [-1, -1])],
            [new TensorSpec("echo", TensorDataType.Int64, [-1, -1]), new TensorSpec("text", TensorDataType.Bytes, [-1])],
            (batch, _) =>
            {
                Fill(batch, version);
                Describe(batch, version);
            })

        // All time may go into finding poison: no blameless row fails here, ever.
        .WithBatching(options => (options.MaxBatchSize, options.IsolationBudget) = (MaxBatch, 1));

    private static void Fill(FunctionBatch batch, string version)
    {
        var tags = batch.Input<long>("tag");
        if (tags.Contains(Poison))
        {
            throw new InvalidOperationException("Poison.");
        }

        var echo = batch.Output<long>("echo", batch.Rows, tags.Length / Math.Max(batch.Rows, 1));
        for (var i = 0; i < tags.Length; i++)
        {
            echo[i] = Echo(version, tags[i]);
        }
    }

    private static void Describe(FunctionBatch batch, string version)
    {
        if (batch.Wants("text"))
        {
            var tags = batch.Input<long>("tag");
            var texts = new string[batch.Rows];
            for (var row = 0; row < texts.Length; row++)
            {
                texts[row] = TextOf(version, tags[row * tags.Length / batch.Rows]);
            }

            batch.SetOutput("text", InferenceTensor.FromStrings(texts));
        }
    }
}
