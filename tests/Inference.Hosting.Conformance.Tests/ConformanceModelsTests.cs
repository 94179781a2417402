// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Tests;

public sealed class ConformanceModelsTests
{
    [Fact]
    public void WriteTo_AFolder_MakesAModelRepository()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-models-");
        try
        {
            ConformanceModels.WriteTo(folder.FullName);

            Assert.Equal(ConformanceModels.Names.Order(), folder.EnumerateDirectories().Select(one => one.Name).Order());
            foreach (var name in ConformanceModels.Names)
            {
                Assert.True(File.Exists(Path.Combine(folder.FullName, name, "1", "model.onnx")));
                Assert.StartsWith($"name: \"{name}\"\n", File.ReadAllText(Path.Combine(folder.FullName, name, "config.pbtxt")), StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void WriteTo_AddSub_SaysWhatARepositoryServerReads()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-models-");
        try
        {
            ConformanceModels.WriteTo(folder.FullName);

            Assert.Equal(
                """
                name: "conformance_add_sub"
                backend: "onnxruntime"
                max_batch_size: 8
                input [ { name: "INPUT0" data_type: TYPE_INT32 dims: [ 16 ] } ]
                input [ { name: "INPUT1" data_type: TYPE_INT32 dims: [ 16 ] } ]
                output [ { name: "OUTPUT0" data_type: TYPE_INT32 dims: [ 16 ] } ]
                output [ { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 16 ] } ]
                dynamic_batching { }
                instance_group [ { kind: KIND_CPU } ]

                """,
                File.ReadAllText(Path.Combine(folder.FullName, ConformanceModels.AddSub, "config.pbtxt")));
            Assert.Contains("TYPE_STRING", File.ReadAllText(Path.Combine(folder.FullName, ConformanceModels.Types, "config.pbtxt")), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
