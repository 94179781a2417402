// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance;

/// <summary>How much weight a statement has.</summary>
public enum StatementLevel
{
    /// <summary>The text of the protocol, or of an extension that the server lists, requires it: a server that differs is not compliant.</summary>
    Required,

    /// <summary>The text leaves it open, yet clients are better off: what the known servers agree on, or the least surprising choice.</summary>
    Recommended,
}
