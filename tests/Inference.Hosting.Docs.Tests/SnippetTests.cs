// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests;

public sealed class SnippetTests
{
    [Fact]
    public void Snippets_OfAllPages_Compile()
        => Assert.Equal("", string.Join('\n', Repository.Pages.SelectMany(SnippetCompiler.FindFaults)));

    [Theory]
    [InlineData("csharp", "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();")]
    [InlineData("csharp", "using Inference.Hosting;\nsealed class Pets(IInferenceClient client)\n{\n    public string Name => client.Model;\n}")]
    [InlineData("csharp fragment", "builder.Services.AddModel<PetClassifier>().UseOnnxRuntime(\"models/pets\");\napp.MapInference();")]
    [InlineData("csharp fragment", "using var response = await client.InferAsync(request, cancellationToken);")]
    [InlineData("sh", "this is no C#")]
    public void FindFaults_GoodSnippet_FindsNone(string info, string code) => Assert.Empty(Find(info, code));

    [Theory]
    [InlineData("csharp", "var builder = WebApplication.CreateBuilder(args);\nbuilder.Services.AddModell(\"a\");", "page.md:4: CS1061")]
    [InlineData("csharp", "sealed class Pets(IInferenceClient client);", "page.md:3: CS0246")]
    [InlineData("csharp", "var x = 1", "page.md:3: CS1002")]
    [InlineData("csharp fragment", "\nvar x = unknown;", "page.md:4: CS0103")]
    [InlineData("csharp fragment", "await client.InferAsync(\"text\");", "page.md:3: CS1503")]
    [InlineData("csharp snippet", "var x = 1;", "page.md:2: 'csharp snippet' is unknown")]
    [InlineData("cs", "var x = 1;", "page.md:2: 'cs' is unknown")]
    public void FindFaults_BadSnippet_NamesPageLineAndFault(string info, string code, string expected)
        => Assert.StartsWith(expected, Assert.Single(Find(info, code)), StringComparison.Ordinal);

    private static IEnumerable<string> Find(string info, string code)
        => SnippetCompiler.FindFaults(new MarkdownPage("page.md", $"# Title\n```{info}\n{code}\n```\nEnd.\n"));
}
