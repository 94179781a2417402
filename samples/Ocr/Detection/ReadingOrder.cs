// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Detection;

/// <summary>Puts boxes in the order in which they are read: rows from the top, each from the left.</summary>
internal static class ReadingOrder
{
    /// <summary>Groups boxes whose heights overlap by more than half into rows.</summary>
    public static List<List<TextBox>> Rows(IEnumerable<TextBox> boxes)
    {
        var rows = new List<List<TextBox>>();
        foreach (var box in boxes.OrderBy(box => box.Top + box.Bottom))
        {
            if (rows.Count > 0 && Overlap(rows[^1][^1], box) > 0.5f)
            {
                rows[^1].Add(box);
            }
            else
            {
                rows.Add([box]);
            }
        }

        foreach (var row in rows)
        {
            row.Sort(static (a, b) => a.Left.CompareTo(b.Left));
        }

        return rows;
    }

    private static float Overlap(TextBox a, TextBox b)
        => (Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top)) / Math.Min(a.Bottom - a.Top, b.Bottom - b.Top);
}
