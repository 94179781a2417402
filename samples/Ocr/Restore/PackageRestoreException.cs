// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Restore;

/// <summary>A package could not be restored; the message says why and what to do by hand.</summary>
internal sealed class PackageRestoreException(string message, Exception? innerException = null)
    : Exception(message, innerException);
