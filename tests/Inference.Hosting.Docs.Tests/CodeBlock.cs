// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests;

/// <summary>A fenced block.</summary>
/// <param name="Page">The page it stands on.</param>
/// <param name="Line">The line of the fence, from 1.</param>
/// <param name="Info">What stands after the fence: the language, and how to compile it.</param>
/// <param name="Code">What stands inside.</param>
internal sealed record CodeBlock(string Page, int Line, string Info, string Code);
