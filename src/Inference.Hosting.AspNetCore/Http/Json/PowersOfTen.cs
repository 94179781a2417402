// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>The first 128 bits of the powers of ten that a double can need; computed exactly, once, when first used.</summary>
/// <remarks>
/// Of 10^n the bits are those of 5^n, since the rest is a power of two. Truncated, but for the small negative powers, which are rounded up
/// so that a product with a multiple of 5^-n comes out exact: the table of Lemire's paper.
/// </remarks>
internal static class PowersOfTen
{
    public const int Least = -342;
    public const int Most = 308;

    private const int LeastRoundedUp = -27;

    private static readonly (ulong High, ulong Low)[] _powers = [.. Enumerable.Range(Least, Most - Least + 1).Select(Compute)];

    /// <summary>10^power, its top bit set.</summary>
    /// <param name="power">From <see cref="Least"/> to <see cref="Most"/>.</param>
    public static (ulong High, ulong Low) Get(int power) => _powers[power - Least];

    private static (ulong High, ulong Low) Compute(int power)
    {
        var five = BigInteger.Pow(5, Math.Abs(power));
        var length = (int)five.GetBitLength();
        if (power < 0)
        {
            five = ((BigInteger.One << (power >= LeastRoundedUp ? length + 127 : (2 * length) + 128)) / five) + 1;
            length = (int)five.GetBitLength();
        }

        var bits = (UInt128)(length <= 128 ? five << (128 - length) : five >> (length - 128));
        return ((ulong)(bits >> 64), (ulong)bits);
    }
}
