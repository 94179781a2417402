// SPDX-License-Identifier: Apache-2.0

using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Who may touch whom. Namespace = folder and there are no global usings, so usings and qualified names tell all.</summary>
public sealed class RoomTests
{
    private const string Core = "Inference.Hosting";

    private static readonly string[] _contracts = ["", "Tensors", "Capabilities"];

    private static readonly Dictionary<string, string[]> _core = new()
    {
        [""] = [],
        ["Tensors"] = [],
        ["Capabilities"] = [],
        ["Diagnostics"] = [],
        ["Engines"] = ["Diagnostics"],
        ["Queueing"] = ["Diagnostics"],
        ["Batching"] = ["Engines", "Queueing", "Diagnostics"],
        ["Backends"] = ["Batching", "Engines", "Queueing", "Diagnostics"],
        ["Models"] = ["Backends", "Diagnostics"],
        ["DependencyInjection"] = ["Models", "Backends", "Batching", "Engines", "Queueing", "Diagnostics"],
    };

    /// <summary>Of the backends' room, all that models may name.</summary>
    private static readonly string[] _backendContracts = ["IModelBackend", "ILoadedModel", "ModelFiles", "ModelLoadContext"];

    /// <summary>Protocols know neither each other nor the model hosts; the shared room knows no protocol.</summary>
    private static readonly Dictionary<string, string[]> _aspNetCore = new()
    {
        ["Http"] = [],
        ["Health"] = ["Http"],
        ["V2"] = ["Http"],
        ["V1"] = ["Http"],
        ["OpenAI"] = ["Http"],
        ["Console"] = ["Http"],
        ["Functions"] = ["Http"],
    };

    private static readonly string[] _outside =
        ["Microsoft.AspNetCore", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "System.Net"];

    [Fact]
    public void Core_EveryRoom_TouchesOnlyWhatItMay() => Faults.AssertNone(
        from file in Files(Core)
        from room in Touched(file, Core, [.. _core.Keys])
        where room != file.Room && !_contracts.Contains(room)
            && !(_core.TryGetValue(file.Room, out var allowed) && allowed.Contains(room))
        select $"{file.Path} touches {room}");

    [Fact]
    public void Core_EveryFolder_IsAKnownRoom() => Faults.AssertNone(
        from file in Files(Core)
        where !_core.ContainsKey(file.Room)
        select $"{file.Path}: say in RoomTests what {file.Room} may touch");

    [Fact]
    public void Core_Models_KnowsABackendOnlyByItsInterface() => Faults.AssertNone(
        from file in Files(Core)
        where file.Room == "Models"
        from name in file.Syntax.DescendantNodes().OfType<SimpleNameSyntax>()
        where TypesIn(Core, "Backends").Contains(name.Identifier.Text) && !_backendContracts.Contains(name.Identifier.Text)
        select $"{file.Path} names {name.Identifier.Text}");

    [Fact]
    public void Core_BelowTheThreadBoundary_NoHttpAndNoContainer() => Faults.AssertNone(
        from file in Files(Core)
        where file.Room is "Queueing" or "Batching" or "Engines" or "Tensors" or "Capabilities" or ""
        from name in Names(file)
        where _outside.Any(outside => Below(name, outside))
        select $"{file.Path} touches {name}");

    [Fact]
    public void AspNetCore_EveryRoom_TouchesOnlyWhatItMay()
    {
        const string Package = "Inference.Hosting.AspNetCore";
        string[] rooms = [.. Files(Package).Select(file => file.Room).Where(room => room.Length > 0).Distinct()];
        Faults.AssertNone(
            from file in Files(Package)
            where file.Room.Length > 0
            from room in Touched(file, Package, rooms)
            where room.Length > 0 && room != file.Room
                && !(_aspNetCore.TryGetValue(file.Room, out var allowed) && allowed.Contains(room))
            select $"{file.Path} touches {room}");
        Faults.AssertNone(
            from file in Files(Package)
            where file.Room.Length > 0
            from room in Touched(file, Core, [.. _core.Keys])
            where room is "Models" or "Queueing" or "Batching" or "Engines"
            select $"{file.Path} touches the core's {room}");
    }

    [Fact]
    public void OnnxRuntime_EveryFile_KnowsNeitherModelsNorQueues() => Faults.AssertNone(
        from file in Files("Inference.Hosting.OnnxRuntime")
        from room in Touched(file, Core, [.. _core.Keys])
        where room is "Models" or "Queueing"
        select $"{file.Path} touches the core's {room}");

    private static IEnumerable<SourceFile> Files(string package) => SourceFile.All.Where(file => file.Package == package);

    /// <summary>Rooms of a package that a file reaches by a using, a full name or a name relative to its own namespace.</summary>
    private static IEnumerable<string> Touched(SourceFile file, string package, string[] rooms)
    {
        foreach (var name in Names(file))
        {
            if (Below(name, package))
            {
                var room = name[package.Length..].TrimStart('.').Split('.')[0];
                yield return rooms.Contains(room) ? room : "";
            }
            else if (file.Package == package && rooms.FirstOrDefault(room => name.StartsWith(room + ".", StringComparison.Ordinal)) is
                { Length: > 0 } relative && TypesIn(package, relative).Contains(name[(relative.Length + 1)..].Split('.', '<')[0]))
            {
                yield return relative;
            }
        }
    }

    private static HashSet<string> TypesIn(string package, string room)
        => [.. Files(package).Where(file => file.Room == room).SelectMany(file => file.TopLevelTypes).Select(SourceFile.NameOf)];

    private static IEnumerable<string> Names(SourceFile file) => file.Usings
        .Concat(file.Syntax.DescendantNodes().OfType<QualifiedNameSyntax>().Select(name => name.ToString()))
        .Concat(file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Select(name => name.ToString()))
        .Select(name => name.StartsWith("global::", StringComparison.Ordinal) ? name["global::".Length..] : name);

    private static bool Below(string name, string root)
        => name == root || name.StartsWith(root + ".", StringComparison.Ordinal);
}
