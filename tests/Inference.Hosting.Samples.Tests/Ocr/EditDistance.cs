// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Tests.Ocr;

/// <summary>Levenshtein's distance: the fewest characters to insert, delete or replace.</summary>
internal static class EditDistance
{
    public static int Between(string expected, string actual)
    {
        var row = Enumerable.Range(0, actual.Length + 1).ToArray();
        for (var i = 1; i <= expected.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= actual.Length; j++)
            {
                var replaced = diagonal + (expected[i - 1] == actual[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[actual.Length];
    }
}
