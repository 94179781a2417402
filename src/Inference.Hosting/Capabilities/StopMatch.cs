// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Which stop ended a choice; exactly one of the two is set.</summary>
public sealed record StopMatch
{
    /// <summary>The stop text that came.</summary>
    public string? Text { get; init; }

    /// <summary>The stop token that came, of those that the request named.</summary>
    public int? TokenId { get; init; }
}
