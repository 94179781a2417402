// SPDX-License-Identifier: Apache-2.0

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>One parsed file of <c>src</c>.</summary>
internal sealed class SourceFile
{
    private SourceFile(string package, string path)
    {
        Package = package;
        Path = Repository.Relative(path);
        Text = File.ReadAllText(path);
        Syntax = CSharpSyntaxTree.ParseText(Text).GetCompilationUnitRoot();
        var parts = Path.Split('/');
        Folder = string.Join('.', parts[2..^1]);
        Name = System.IO.Path.GetFileNameWithoutExtension(parts[^1]);
    }

    /// <summary>All sources of all packages.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Repository.Packages.SelectMany(Load)];

    public string Package { get; }

    /// <summary>Below the root of the repository.</summary>
    public string Path { get; }

    /// <summary>Folder below the package's, with dots; empty at its top.</summary>
    public string Folder { get; }

    public string Name { get; }

    public string Text { get; }

    public CompilationUnitSyntax Syntax { get; }

    /// <summary>The folder below the package's: a room of the house.</summary>
    public string Room => Folder.Split('.')[0];

    public IEnumerable<string> Usings => Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>()
        .Select(directive => directive.NamespaceOrType.ToString());

    public IEnumerable<MemberDeclarationSyntax> TopLevelTypes => Syntax.DescendantNodes()
        .OfType<MemberDeclarationSyntax>()
        .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
            && member.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax);

    public static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax named => named.Identifier.Text,
        DelegateDeclarationSyntax named => named.Identifier.Text,
        _ => "",
    };

    private static IEnumerable<SourceFile> Load(string package)
    {
        var root = System.IO.Path.Combine(Repository.Root, "src", package);
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => System.IO.Path.GetRelativePath(root, path).Replace('\\', '/').Split('/')[0] is not ("bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(package, path));
    }
}
