// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Inference.Hosting.Diagnostics;

/// <summary>One activity a run, linked to the activities of all its members: a batch has many parents.</summary>
internal static class RunActivities
{
    private static readonly ActivitySource _source = new(TelemetryNames.Source);

    public static bool HasListeners => _source.HasListeners();

    /// <summary>The context of the running activity.</summary>
    public static ActivityContext Current => Activity.Current?.Context ?? default;

    public static Activity? Start(string model, string version, IEnumerable<ActivityLink> members)
    {
        // The thread belongs to no request, so the activity has no parent.
        Activity.Current = null;
        var activity = _source.StartActivity(TelemetryNames.RunActivity, ActivityKind.Internal, default(ActivityContext), links: members);
        activity?.SetTag(TelemetryNames.Model, model).SetTag(TelemetryNames.Version, version);
        return activity;
    }
}
