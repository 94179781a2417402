// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Calls;

/// <summary>What the doors' own words mean.</summary>
internal static class Outcomes
{
    public static Outcome Of(InferenceErrorCode code) => code switch
    {
        InferenceErrorCode.InvalidInput => Outcome.Invalid,
        InferenceErrorCode.NotFound => Outcome.NotFound,
        InferenceErrorCode.PayloadTooLarge => Outcome.TooLarge,
        InferenceErrorCode.QueueFull => Outcome.Full,
        InferenceErrorCode.NotReady => Outcome.NotReady,
        InferenceErrorCode.DeadlineExceeded => Outcome.Late,
        InferenceErrorCode.EngineFailed => Outcome.Failed,
        _ => Outcome.Broken,
    };

    public static Outcome OfHttp(int status) => status switch
    {
        200 => Outcome.Ok,
        400 => Outcome.Invalid,
        404 => Outcome.NotFound,
        413 => Outcome.TooLarge,
        429 => Outcome.Full,
        500 => Outcome.Failed,
        503 => Outcome.NotReady,
        504 => Outcome.Late,
        _ => Outcome.Broken,
    };
}
