// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Calls;

/// <summary>What is wrong with a request of kind <see cref="CallKind.Bad"/>.</summary>
internal enum Damage
{
    None,

    /// <summary>The first input has a name that the model does not know.</summary>
    WrongName,

    /// <summary>The first input is missing.</summary>
    MissingInput,

    /// <summary>The first input is of another type than the model takes.</summary>
    WrongType,

    /// <summary>The shape says one row more than there is.</summary>
    WrongCount,

    /// <summary>The body ends in the middle, though its length is right.</summary>
    CutBody,

    /// <summary>The body is random bytes.</summary>
    Garbage,
}
