// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance;

/// <summary>What came of checking a statement.</summary>
public enum StatementOutcome
{
    /// <summary>The server keeps it.</summary>
    Holds,

    /// <summary>The server does not keep it. Of a recommended statement this is a difference, not a fault.</summary>
    Fails,

    /// <summary>It could not be checked; the detail says why.</summary>
    NotChecked,
}
