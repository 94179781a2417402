// SPDX-License-Identifier: Apache-2.0

using System.Reflection;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>The built packages.</summary>
internal static class Assemblies
{
    public static IReadOnlyList<Assembly> All { get; } = [.. Repository.Packages.Select(Assembly.Load)];
}
