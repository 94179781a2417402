// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Checking;

/// <summary>The statement does not hold; the message says what was found instead.</summary>
internal sealed class StatementFailedException(string message) : Exception(message);
