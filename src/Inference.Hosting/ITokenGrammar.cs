// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;


/// <summary>What an answer may consist of, compiled for one vocabulary. Immutable and thread-safe: one serves many answers.</summary>
public interface ITokenGrammar
{
    /// <summary>The place before the first token of an answer.</summary>
    ITokenGrammarState Start();
}
