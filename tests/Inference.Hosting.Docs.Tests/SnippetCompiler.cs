// SPDX-License-Identifier: Apache-2.0

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Hosting.Docs.Tests;

/// <summary>Compiles the C# blocks of pages as a reader would who pastes them into a new web project.</summary>
/// <remarks>
/// <c>csharp</c>: a whole file, with its own usings beyond those that a web project has. <c>csharp fragment</c>: statements, inside a method that has
/// <c>builder</c>, <c>app</c>, <c>client</c>, <c>request</c>, <c>services</c> and <c>cancellationToken</c>, with the namespaces of the core and the types of
/// <see cref="Preamble"/>.
/// </remarks>
internal static class SnippetCompiler
{
    private const string WebUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private const string Preamble = """
        global using Inference.Hosting;
        global using Inference.Hosting.Backends;
        global using Inference.Hosting.Capabilities;
        global using Inference.Hosting.Diagnostics;
        global using Inference.Hosting.Engines;
        global using Inference.Hosting.Tensors;

        // What pages about tests use besides.
        global using System.Net;
        global using Inference.Hosting.AspNetCore;
        global using Inference.Hosting.Conformance;
        global using Inference.Hosting.Testing;
        global using Microsoft.AspNetCore.Mvc.Testing;
        global using Microsoft.AspNetCore.TestHost;
        global using Microsoft.Extensions.Time.Testing;
        global using Xunit;

        // What pages about Microsoft.Extensions.AI use; names that both have are ours.
        global using Inference.Hosting.Text;
        global using Microsoft.Extensions.AI;
        global using ChatMessage = Inference.Hosting.Capabilities.ChatMessage;
        global using ChatRole = Inference.Hosting.Capabilities.ChatRole;
        global using ReasoningEffort = Inference.Hosting.Capabilities.ReasoningEffort;

        sealed class PetClassifier(IInferenceClient client)
        {
            public override string ToString() => client.Model;
        }

        sealed class MyBackend : IModelBackend
        {
            public ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken) => throw new NotSupportedException();
        }

        static class MyEngine
        {
            public static ValueTask<IInferenceEngine> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken) => throw new NotSupportedException();
        }
        """;

    private static readonly CSharpParseOptions _parse = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] _references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>What is wrong with the C# blocks of a page.</summary>
    public static IEnumerable<string> FindFaults(MarkdownPage page)
        => page.Blocks.Where(block => block.Info.Split(' ')[0] is "csharp" or "cs" or "c#").SelectMany(FindFaults);

    private static IEnumerable<string> FindFaults(CodeBlock block) => block.Info switch
    {
        "csharp" => Compile(block, block.Code, Parse(WebUsings)),
        "csharp fragment" => Compile(block, Wrap(block), Parse(WebUsings), Parse(Preamble)),
        _ => [$"{block.Page}:{block.Line}: '{block.Info}' is unknown; use 'csharp' or 'csharp fragment'."],
    };

    private static string Wrap(CodeBlock block) => $$"""
        static class Fragment
        {
            public static async Task RunAsync(
                WebApplicationBuilder builder, WebApplication app, IInferenceClient client, InferenceRequest request,
                IServiceProvider services, CancellationToken cancellationToken)
            {
                await Task.CompletedTask;
        #line 1
        {{block.Code}}
        #line hidden
            }
        }
        """;

    private static IEnumerable<string> Compile(CodeBlock block, string code, params SyntaxTree[] others)
    {
        var tree = Parse(code);
        var isProgram = tree.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        var compilation = CSharpCompilation.Create("snippet", [tree, .. others], _references, new CSharpCompilationOptions(
            isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{block.Page}:{block.Line + diagnostic.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {diagnostic.Id} {diagnostic.GetMessage()}");
    }

    private static SyntaxTree Parse(string code) => CSharpSyntaxTree.ParseText(code, _parse);
}
