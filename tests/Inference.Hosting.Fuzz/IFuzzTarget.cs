// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Fuzz;

/// <summary>One parser of bytes from outside.</summary>
internal interface IFuzzTarget
{
    /// <summary>Name on the command line and folder of its seeds.</summary>
    string Name { get; }

    /// <summary>Words of its language, which mutations insert.</summary>
    IReadOnlyList<string> Dictionary { get; }

    /// <summary>What one input of a length may allocate, in bytes.</summary>
    long MaxAllocation(int length);

    /// <summary>Parses one input.</summary>
    /// <returns>A word for the way it took: an input with a new outcome becomes a seed of this run.</returns>
    /// <exception cref="Exception">Anything but the errors that the parser promises, or a broken invariant: a finding.</exception>
    string Run(ReadOnlyMemory<byte> input);
}
