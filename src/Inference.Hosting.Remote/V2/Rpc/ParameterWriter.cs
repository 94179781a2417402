// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.Grpc.Wire;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>Writes parameters as entries of a map from text to InferParameter.</summary>
internal static class ParameterWriter
{
    // Field 4, eight bytes.
    private const ulong DoubleTag = (4 << 3) | (ulong)WireType.Fixed64;

    public static long Measure(string name, object value) => WireSize.Bytes(MeasureEntry(name, value));

    public static void Write(ref WireWriter writer, int field, string name, object value)
    {
        writer.Begin(field, MeasureEntry(name, value));
        writer.Write(1, name);
        writer.Begin(2, MeasureValue(value));
        switch (value)
        {
            case bool flag:
                writer.Write(1, flag ? 1UL : 0);
                break;
            case ulong number:
                writer.Write(5, number);
                break;
            case double or float or Half or decimal:
                writer.Varint(DoubleTag);
                writer.Raw(BitConverter.GetBytes(Convert.ToDouble(value, CultureInfo.InvariantCulture)));
                break;
            case string text:
                writer.Write(3, text);
                break;
            default:
                writer.Write(2, (ulong)Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static long MeasureEntry(string name, object value) => WireSize.Text(name) + WireSize.Bytes(MeasureValue(value));

    private static long MeasureValue(object value) => value switch
    {
        bool => 2,
        ulong number => WireSize.Field(number),
        double or float or Half or decimal => 9,
        string text => WireSize.Text(text),
        _ => WireSize.Field((ulong)Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };
}
