// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Models;

/// <summary>Something to build from the files of a version when it is loaded.</summary>
/// <param name="Type">The type it is asked for by.</param>
/// <param name="Version">The version it belongs to; null for all.</param>
/// <param name="Create">Builds it; off the request path.</param>
internal sealed record AssetDefinition(Type Type, string? Version, Func<ModelFiles, object> Create);
