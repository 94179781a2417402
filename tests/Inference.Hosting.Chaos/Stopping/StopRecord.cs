// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Stopping;

/// <summary>One request to a server that is being stopped; times by the client's clock.</summary>
internal readonly record struct StopRecord(string Model, StopAnswer Answer, long Sent, long Ended, string? Text);
