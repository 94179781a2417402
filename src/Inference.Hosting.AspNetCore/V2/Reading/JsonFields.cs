// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Properties of the objects of a request.</summary>
[Flags]
internal enum JsonFields
{
    None = 0,
    Unknown = 1,
    Id = 2,
    Parameters = 4,
    Inputs = 8,
    Outputs = 16,
    Name = 32,
    Shape = 64,
    Datatype = 128,
    Data = 256,
}
