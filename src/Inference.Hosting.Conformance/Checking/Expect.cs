// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Inference.Hosting.Conformance.Checking;

/// <summary>What a check expects of an answer.</summary>
internal static class Expect
{
    public static void That([DoesNotReturnIf(false)] bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new StatementFailedException(otherwise);
        }
    }

    public static void Equal<T>(T expected, T actual, string what)
        => That(EqualityComparer<T>.Default.Equals(expected, actual), $"{what} is {Show(actual)} instead of {Show(expected)}");

    [DoesNotReturn]
    public static void Fail(string text) => throw new StatementFailedException(text);

    /// <summary>What a statement needs in order to be checked.</summary>
    public static void Need([DoesNotReturnIf(false)] bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new NotCheckedException(otherwise);
        }
    }

    private static string Show<T>(T value) => value switch
    {
        null => "absent",
        string text => $"'{text}'",
        _ => value.ToString() ?? "",
    };
}
