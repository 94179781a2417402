// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Inference.Hosting.Fuzz;

/// <summary>What has to hold whatever the input.</summary>
internal static class Invariant
{
    public static void Holds([DoesNotReturnIf(false)] bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Broken invariant: {what}");
        }
    }
}
