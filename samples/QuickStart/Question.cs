// SPDX-License-Identifier: Apache-2.0

namespace QuickStart;

/// <summary>What the page asks the language detector.</summary>
/// <param name="Text">Any text; normal form C is read best.</param>
internal sealed record Question(string Text);
