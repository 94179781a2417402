// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Sessions;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.Sessions;

public sealed class ModelLocatorTests
{
    [Theory]
    [InlineData("model.onnx")]
    [InlineData("onnx/model.onnx")]
    [InlineData("pets.onnx")]
    public void FindGraph_Folder_FindsTheUsualFile(string file)
    {
        using var folder = new TestFolder();
        var path = OnnxModels.AddSub().Save(folder.File(file));

        Assert.Equal(path, Path.GetFullPath(ModelLocator.FindGraph(folder.FullPath)));
    }

    [Fact]
    public void FindGraph_SeveralGraphs_ListsThem()
    {
        using var folder = new TestFolder();
        OnnxModels.AddSub().Save(folder.File("b.onnx"));
        OnnxModels.AddSub().Save(folder.File("a.onnx"));

        Assert.Contains("a.onnx, b.onnx", Assert.Throws<InferenceException>(() => ModelLocator.FindGraph(folder.FullPath)).Message);
        OnnxModels.AddSub().Save(folder.File("model.onnx"));
        Assert.Equal(folder.File("model.onnx"), ModelLocator.FindGraph(folder.FullPath));
    }

    [Fact]
    public void FindGraph_NothingThere_SaysSoWithoutThePath()
    {
        using var folder = new TestFolder();

        var empty = Assert.Throws<InferenceException>(() => ModelLocator.FindGraph(folder.FullPath));
        var missing = Assert.Throws<InferenceException>(() => ModelLocator.FindGraph(folder.File("no")));

        Assert.Contains("no model.onnx", empty.Message);
        Assert.Contains("does not exist", missing.Message);
        Assert.All([empty, missing], error => Assert.DoesNotContain(folder.FullPath, error.Message));
        Assert.All([empty, missing], error => Assert.Equal(InferenceErrorCode.NotReady, error.Code));
    }

    [Fact]
    public void Resolve_RelativePath_StartsAtTheContentRootThenBesideTheBinaries()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("models"));
        var beside = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"beside-{Guid.NewGuid():N}"));
        try
        {
            Assert.Equal(folder.File("models"), ModelLocator.Resolve("models", folder.FullPath));
            Assert.Equal(beside.FullName, ModelLocator.Resolve(beside.Name, folder.FullPath));
            Assert.Equal(folder.File("nowhere"), ModelLocator.Resolve("nowhere", folder.FullPath));
        }
        finally
        {
            beside.Delete();
        }
    }
}
