// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Detection;

/// <summary>Puts boxes in the order in which they are read: rows from the top, each from the left.</summary>
internal static class ReadingOrder
{
    /// <summary>Groups boxes into rows. Rows may be tilted, as those of a page that was not held straight.</summary>
    public static List<List<TextBox>> Rows(IEnumerable<TextBox> boxes)
    {
        var rows = new List<List<TextBox>>();
        foreach (var box in boxes.OrderBy(box => box.Center.Y))
        {
            if (rows.Find(row => row.Exists(other => AreInLine(box, other))) is { } found)
            {
                found.Add(box);
            }
            else
            {
                rows.Add([box]);
            }
        }

        foreach (var row in rows)
        {
            row.Sort(static (a, b) => a.Center.X.CompareTo(b.Center.X));
        }

        return rows;
    }

    // Each lies on the prolongation of the other, so a tilted tag between level lines stays alone.
    private static bool AreInLine(TextBox a, TextBox b)
    {
        var limit = Math.Min(a.Height, b.Height) / 2;
        return a.DistanceFromAxis(b.Center) < limit && b.DistanceFromAxis(a.Center) < limit;
    }
}
