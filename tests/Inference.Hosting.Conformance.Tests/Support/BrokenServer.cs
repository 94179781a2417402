// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>A server that breaks statements.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Breaks">The statements that must be found not to hold, among others.</param>
/// <param name="Before">Sees each call before a good server does.</param>
/// <param name="After">Sees each answer of a good server.</param>
internal sealed record BrokenServer(string Name, string[] Breaks, Action<Call>? Before = null, Action<Call>? After = null);
