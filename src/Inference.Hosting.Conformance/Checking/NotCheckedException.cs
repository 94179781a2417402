// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Checking;

/// <summary>The statement could not be checked; the message says why.</summary>
internal sealed class NotCheckedException(string message) : Exception(message);
