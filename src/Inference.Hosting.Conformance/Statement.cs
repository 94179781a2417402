// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance;

/// <summary>One thing that the protocol says of a server.</summary>
/// <param name="Id">A stable name, such as <c>rest.infer.id</c>.</param>
/// <param name="Level">Whether the text requires it.</param>
/// <param name="Section">The document and the section that it comes from.</param>
/// <param name="Text">What holds for a server that keeps it.</param>
public sealed record Statement(string Id, StatementLevel Level, string Section, string Text);
