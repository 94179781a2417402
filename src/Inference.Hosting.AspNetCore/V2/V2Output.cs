// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>How one output is wanted.</summary>
internal struct V2Output
{
    public string? Name { get; set; }

    /// <summary>As bytes behind the JSON; null takes the request's word for all outputs.</summary>
    public bool? IsBinary { get; set; }

    /// <summary>How many of the best classes are wanted instead of the values; 0 for the values.</summary>
    public int Classes { get; set; }
}
