// SPDX-License-Identifier: Apache-2.0

namespace Gateway.Users;

/// <summary>What a user signs in with.</summary>
internal sealed record Credentials(string Name, string Password);
