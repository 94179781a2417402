// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Lines;

/// <summary>What was read in one line.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Confidence">Mean probability of the characters, from 0 to 1.</param>
/// <param name="Timing">How the recognizer's run went.</param>
internal sealed record RecognizedText(string Text, float Confidence, InferenceTiming Timing);
