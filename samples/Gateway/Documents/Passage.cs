// SPDX-License-Identifier: Apache-2.0

namespace Gateway.Documents;

/// <summary>A paragraph of a document.</summary>
/// <param name="Title">The document and the heading it stands under.</param>
/// <param name="Text">The paragraph.</param>
/// <param name="Words">Its words, in lower case.</param>
internal sealed record Passage(string Title, string Text, IReadOnlyList<string> Words);
