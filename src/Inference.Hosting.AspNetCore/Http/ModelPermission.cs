// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>What the policies of a model say to a caller.</summary>
public enum ModelPermission
{
    /// <summary>The caller may use it.</summary>
    Granted,

    /// <summary>The caller must say first who it is.</summary>
    Challenged,

    /// <summary>The caller may not use it.</summary>
    Forbidden,
}
