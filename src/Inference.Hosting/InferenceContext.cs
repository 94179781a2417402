// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>What flows with a logical call through every model it touches: ambient, as <see cref="System.Diagnostics.Activity"/> is.</summary>
/// <remarks>
/// Immutable. Adapters set it at the door; in-process callers may <see cref="Use"/> their own. Values given on an
/// <see cref="InferenceRequest"/> win over it.
/// </remarks>
public sealed record InferenceContext
{
    private static readonly AsyncLocal<InferenceContext?> _current = new();

    /// <summary>The context of the running call, or null.</summary>
    public static InferenceContext? Current => _current.Value;

    /// <summary>Whose call it is, for fair sharing; from the authenticated identity, never from a raw header.</summary>
    public string? Tenant { get; init; }

    /// <summary>1 is the highest; 0, the default, is the model's own default.</summary>
    public int Priority { get; init; }

    /// <summary>When the answer is of no more use, in UTC.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The version to use, or null for the latest.</summary>
    public string? Version { get; init; }

    /// <summary>The model that <see cref="Version"/> is meant for, by its name.</summary>
    /// <value>Null by default: for every model that the call touches. Routes name the model of the route, so that the pin does not reach the models that it is composed of.</value>
    public string? VersionModel { get; init; }

    /// <summary>Keeps a caller on one side of a canary: equal keys see equal versions.</summary>
    public string? VariantKey { get; init; }

    /// <summary>What happens when the request cannot be taken now.</summary>
    /// <value><see cref="InferenceOverflow.Wait"/> by default.</value>
    public InferenceOverflow Overflow { get; init; }

    /// <summary>The version that is pinned for a model, or null.</summary>
    /// <param name="model">Its name.</param>
    public string? VersionFor(string model) => VersionModel is null || VersionModel == model ? Version : null;

    /// <summary>Makes a context current until the returned scope is disposed.</summary>
    /// <param name="context">The context, or null for none.</param>
    public static Scope Use(InferenceContext? context)
    {
        var previous = _current.Value;
        _current.Value = context;
        return new Scope(previous);
    }

    /// <summary>Restores the former context on disposal.</summary>
    public readonly struct Scope : IDisposable, IEquatable<Scope>
    {
        private readonly InferenceContext? _previous;

        internal Scope(InferenceContext? previous) => _previous = previous;

        /// <summary>Compares the contexts to restore.</summary>
        public static bool operator ==(Scope left, Scope right) => left.Equals(right);

        /// <summary>Compares the contexts to restore.</summary>
        public static bool operator !=(Scope left, Scope right) => !left.Equals(right);

        /// <inheritdoc/>
        public void Dispose() => _current.Value = _previous;

        /// <inheritdoc/>
        public bool Equals(Scope other) => ReferenceEquals(_previous, other._previous);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Scope other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() => _previous?.GetHashCode() ?? 0;
    }
}
