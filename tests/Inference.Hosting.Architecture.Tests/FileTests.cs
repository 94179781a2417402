// SPDX-License-Identifier: Apache-2.0

using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>What every source file keeps.</summary>
public sealed class FileTests
{
    private const int MaxLines = 350;

    /// <summary>Longer files, each with the reason why splitting it would be a loss.</summary>
    private static readonly Dictionary<string, string> _long = new()
    {
        ["src/Inference.Hosting/Batching/BatchScheduler.cs"] = "the pure core: every rule of who goes and when, read against each other",
    };

    /// <summary>Types that stand in the file of another, each with the reason.</summary>
    private static readonly Dictionary<string, string> _beside = new()
    {
        ["src/Inference.Hosting/ModelStatistics.cs DurationStatistic"] = "two lines that make no sense apart from it",
        ["src/Inference.Hosting/ModelStatistics.cs BatchStatistics"] = "two lines that make no sense apart from it",
        ["src/Inference.Hosting/ResponseStorage.cs OwnedResponseStorage"] = "the trivial case of it, four lines",
        ["src/Inference.Hosting/Engines/EngineException.cs EngineFault"] = "the enum of its one property",
        ["src/Inference.Hosting/Batching/Admission.cs RefusalReason"] = "the enum of its one property",
        ["src/Inference.Hosting/Batching/InstanceState.cs InstancePhase"] = "the enum of its one property",
        ["src/Inference.Hosting/Batching/TakeResult.cs TakeKind"] = "the enum of its one property",
        ["src/Inference.Hosting/Batching/ScheduledBatch.cs BatchSlot"] = "its element, which nothing else holds",
        ["src/Inference.Hosting/Batching/Settlements.cs Settlement"] = "its element, which nothing else holds",
    };

    /// <summary>Where users look for verbs: in the namespaces of the containers that they extend.</summary>
    private static readonly string[] _verbNamespaces =
        ["Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Routing"];

    private static readonly (string Owner, string[] Members, string Instead)[] _banned =
    [
        ("DateTime", ["Now", "UtcNow", "Today"], "TimeProvider"),
        ("DateTimeOffset", ["Now", "UtcNow"], "TimeProvider"),
        ("Stopwatch", ["StartNew", "GetTimestamp", "GetElapsedTime"], "TimeProvider"),
        ("Environment", ["TickCount", "TickCount64"], "TimeProvider"),
        ("Task", ["Run"], "a thread of its own, or async code"),
        ("Thread", ["Sleep"], "an event"),
        ("Console", ["Write", "WriteLine"], "a logger"),
    ];

    [Fact]
    public void EveryFile_StartsWithItsLicence() => Faults.AssertNone(
        from file in SourceFile.All
        where !file.Text.StartsWith("// SPDX-License-Identifier: Apache-2.0\n", StringComparison.Ordinal)
        select $"{file.Path}: start with the SPDX line, in UTF-8 without BOM and with LF");

    [Fact]
    public void EveryFile_LiesInTheFolderOfItsNamespace() => Faults.AssertNone(
        from file in SourceFile.All
        let expected = file.Folder.Length == 0 ? file.Package : $"{file.Package}.{file.Folder}"
        from declared in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        let name = declared.Name.ToString()
        where name != expected && !(file.Name.EndsWith("Extensions", StringComparison.Ordinal) && _verbNamespaces.Contains(name))
        select $"{file.Path}: namespace {name} instead of {expected}");

    [Fact]
    public void EveryFile_HoldsOneTypeAndIsNamedAfterIt() => Faults.AssertNone(
        from file in SourceFile.All
        from type in file.TopLevelTypes
        let name = SourceFile.NameOf(type)
        where name != file.Name.Split('.')[0] && !_beside.ContainsKey($"{file.Path} {name}")
        select $"{file.Path} {name}: give it a file of its own, or list it in FileTests with the reason");

    [Fact]
    public void EveryFile_IsShort() => Faults.AssertNone(
        from file in SourceFile.All
        let lines = file.Text.AsSpan().Count('\n')
        where lines > MaxLines && !_long.ContainsKey(file.Path)
        select $"{file.Path}: {lines} lines; split it, or list it in FileTests with the reason");

    [Fact]
    public void EveryException_IsStillNeeded() => Faults.AssertNone(
        from entry in _long.Keys.Where(path => !SourceFile.All.Any(file => file.Path == path && file.Text.AsSpan().Count('\n') > MaxLines))
            .Concat(_beside.Keys.Where(entry => !SourceFile.All.Any(file =>
                file.TopLevelTypes.Any(type => $"{file.Path} {SourceFile.NameOf(type)}" == entry))))
        select $"{entry}: remove it from FileTests");

    [Fact]
    public void EveryFile_TakesTimeAndThreadsFromItsOwner() => Faults.AssertNone(
        from file in SourceFile.All
        from access in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        from banned in _banned
        where access.Expression.ToString().Split('.')[^1] == banned.Owner && banned.Members.Contains(access.Name.Identifier.Text)
        select $"{file.Path}: {access} is banned; use {banned.Instead}");

    [Fact]
    public void EveryDelay_TakesATimeProvider() => Faults.AssertNone(
        from file in SourceFile.All
        from call in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression.ToString() is "Task.Delay"
            && !call.ArgumentList.Arguments.Any(argument => argument.ToString().Contains("time", StringComparison.OrdinalIgnoreCase)
                || argument.ToString().Contains("clock", StringComparison.OrdinalIgnoreCase))
        select $"{file.Path}: {call} has no TimeProvider");

    [Fact]
    public void EveryUsing_IsOfItsFileAlone() => Faults.AssertNone(
        from file in SourceFile.All
        from directive in file.Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>()
        where directive.GlobalKeyword.ValueText.Length > 0
        select $"{file.Path}: {directive} hides a step over a threshold");
}
