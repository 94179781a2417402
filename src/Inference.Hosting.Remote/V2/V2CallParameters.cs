// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.V2;

/// <summary>The parameters that a call is sent with: the caller's own, and those that priority and time in the queue travel as.</summary>
internal static class V2CallParameters
{
    private const string Priority = "priority";
    private const string Timeout = "timeout";

    private static readonly Dictionary<string, object> _none = [];

    /// <summary>All parameters of a call; null when there are none.</summary>
    /// <exception cref="InferenceException">InvalidInput: a value is neither text, a number nor a boolean.</exception>
    public static List<KeyValuePair<string, object>>? Collect(V2Call call)
    {
        List<KeyValuePair<string, object>>? all = null;
        foreach (var (name, value) in call.Request.Parameters ?? _none)
        {
            // Ours say what the call here has left, which the caller's would contradict.
            if (name is not (Priority or Timeout))
            {
                (all ??= []).Add(new(name, Check(name, value)));
            }
        }

        if (!call.Model.Features.HasFlag(RemoteFeatures.SchedulePolicy))
        {
            return all;
        }

        if (call.Priority > 0)
        {
            (all ??= []).Add(new(Priority, (ulong)call.Priority));
        }

        if (call.Request.QueueTimeout is { } timeout && timeout > TimeSpan.Zero)
        {
            (all ??= []).Add(new(Timeout, (long)Math.Max(timeout.TotalMicroseconds, 1)));
        }

        return all;
    }

    private static object Check(string name, object value) => value switch
    {
        string or bool or double or float or Half or decimal or long or ulong or int or uint or short or ushort or byte or sbyte => value,
        _ => throw new InferenceException(
            InferenceErrorCode.InvalidInput, $"Parameter '{name}' is neither text, a number nor true or false.") { Parameter = name },
    };
}
