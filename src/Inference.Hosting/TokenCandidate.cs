// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;


/// <summary>A token that might have been chosen.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="Logprob">Natural logarithm of its probability, from the raw logits, before temperature and penalties.</param>
public readonly record struct TokenCandidate(int TokenId, float Logprob);
