// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Where in a request the parser stands.</summary>
internal enum JsonPlace
{
    Start,
    Request,
    Inputs,
    Input,
    Shape,
    Data,
    Skipped,
    Outputs,
    Output,
    Parameters,
    End,
}
