// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V1.Reading;

/// <summary>Where in a request the parser stands.</summary>
internal enum V1Place
{
    Start,
    Request,
    Rows,
    Row,
    Columns,
    Value,
    Base64,
    Skipped,
    End,
}
