// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Tests;

public sealed class StatementTests
{
    [Fact]
    public void Statements_Ids_AreUnique()
        => Assert.Equal(V2Conformance.Statements.Count, V2Conformance.Statements.Select(statement => statement.Id).Distinct().Count());

    [Fact]
    public void Statements_Sections_AreNamed()
        => Assert.All(V2Conformance.Statements, statement => Assert.NotEmpty(statement.Section));
}
