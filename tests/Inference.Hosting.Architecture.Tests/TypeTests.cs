// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>What every type keeps.</summary>
public sealed class TypeTests
{
    /// <summary>Classes that stay open, each with the reason.</summary>
    private static readonly Dictionary<string, string> _open = new()
    {
        ["Inference.Hosting.Queueing.QueueItem"] = "all that the scheduler sees of a request; its tests schedule bare items",
    };

    [Fact]
    public void EveryClass_IsSealedStaticOrAbstract() => Faults.AssertNone(
        from type in Assemblies.All.SelectMany(assembly => assembly.GetTypes())
        where type.IsClass && !type.IsSealed && !type.IsAbstract && !IsGenerated(type) && !_open.ContainsKey(type.FullName!)
        select $"{type.FullName}: seal it");

    [Fact]
    public void EveryField_OfAPublicType_IsHidden() => Faults.AssertNone(
        from type in Assemblies.All.SelectMany(assembly => assembly.GetExportedTypes())
        where !type.IsEnum
        from field in type.GetFields()
        where !field.IsLiteral && field.DeclaringType == type
        select $"{type.FullName}.{field.Name}: make it a property");

    [Fact]
    public void EveryFriend_IsATest()
    {
        string[] programs = ["Inference.Hosting.Benchmarks", "Inference.Hosting.Chaos", "Inference.Hosting.Fuzz", "Inference.Hosting.Stress"];
        Faults.AssertNone(
            from assembly in Assemblies.All
            from friend in assembly.GetCustomAttributes(typeof(InternalsVisibleToAttribute), inherit: false)
                .Cast<InternalsVisibleToAttribute>()
            let name = friend.AssemblyName
            where !name.EndsWith(".Tests", StringComparison.Ordinal) && !programs.Contains(name)
            select $"{assembly.GetName().Name} shows its internals to {name}");
    }

    private static bool IsGenerated(Type type)
        => type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false)
            || type.BaseType?.Namespace == "Grpc.Core"
            || (type.DeclaringType is { } outer && IsGenerated(outer));
}
