// SPDX-License-Identifier: Apache-2.0

using System.Reflection;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>What users may call is agreed in <c>api/</c>.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Packages => [.. Repository.Packages];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_PublicApi_IsAsAgreed(string package)
        => Snapshot.Verify($"api/{package}.txt", ApiPrinter.Print(Assembly.Load(package)));
}
