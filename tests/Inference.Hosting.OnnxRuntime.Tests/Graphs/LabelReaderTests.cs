// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Graphs;
using Inference.Hosting.OnnxRuntime.Sessions;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.Graphs;

public sealed class LabelReaderTests
{
    [Theory]
    [InlineData("""{0: 'cat', 1: "dog's", 2: 'a, b'}""", "cat|dog's|a, b")]
    [InlineData("""{"0": "cat", "1": "dog", "2": "fish"}""", "cat|dog|fish")]
    [InlineData("""{2: 'c', 0: 'a', 1: 'b'}""", "a|b|c")]
    [InlineData("""["cat", "d\u006fg", 'fi\'sh']""", "cat|dog|fi'sh")]
    [InlineData("""('cat', 'dog', 'fish',)""", "cat|dog|fish")]
    [InlineData("""[1, 2, 3]""", "1|2|3")]
    public void Parse_Collection_GivesTheNamesInOrder(string text, string labels)
        => Assert.Equal(labels.Split('|'), LabelReader.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("cat, dog")]
    [InlineData("{0: 'cat', 2: 'dog'}")]
    [InlineData("{0: 'cat', 0: 'dog'}")]
    [InlineData("{'cat': 0}")]
    [InlineData("{0: 'cat'")]
    [InlineData("['cat' 'dog']")]
    [InlineData("['cat")]
    [InlineData("[]")]
    [InlineData("['a\\")]
    [InlineData("['\\u12']")]
    [InlineData("{0: {1: 'x'}}")]
    public void Parse_AnythingElse_GivesNothing(string text) => Assert.Null(LabelReader.Parse(text));

    [Theory]
    [InlineData("names")]
    [InlineData("labels")]
    [InlineData("classes")]
    [InlineData("id2label")]
    public void Load_LabelsInTheFile_StandOnTheOutputTheyCount(string key)
    {
        using var engine = new TestEngine(OnnxModels.Labelled(key, "{0: 'cat', 1: 'dog', 2: 'fish'}"));

        Assert.Equal(["cat", "dog", "fish"], engine.Metadata.Outputs[0].Labels!);
        Assert.Equal("{0: 'cat', 1: 'dog', 2: 'fish'}", engine.Metadata.Properties[key]);
        Assert.Equal("labelled", engine.Metadata.Properties["onnx.graph"]);
        Assert.Equal("onnxruntime_onnx", engine.Metadata.Platform);
    }

    [Fact]
    public void Load_LabelsThatDoNotMatchTheLastAxis_AreLeftOut()
        => Assert.Null(TestEngine.Load(OnnxModels.Labelled("names", "{0: 'cat', 1: 'dog'}")).Metadata.Outputs[0].Labels);

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("onnx/model.onnx")]
    public void Load_LabelsInConfigJson_AreFound(string file)
    {
        using var folder = new TestFolder();
        var path = OnnxModels.Labelled("other", "x").Save(folder.File(file));
        File.WriteAllText(folder.File("config.json"), """{"model_type":"x","id2label":{"0":"cat","1":"dog","2":"fish"}}""");

        Assert.Equal(["cat", "dog", "fish"], TestEngine.Load(new ModelSource(path, null)).Metadata.Outputs[0].Labels!);
    }

    [Fact]
    public void Load_BrokenConfigJson_IsNoReasonToFail()
    {
        using var folder = new TestFolder();
        var path = OnnxModels.Labelled("other", "x").Save(folder.File("model.onnx"));
        File.WriteAllText(folder.File("config.json"), "{");

        Assert.Null(TestEngine.Load(new ModelSource(path, null)).Metadata.Outputs[0].Labels);
    }
}
