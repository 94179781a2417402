// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;


/// <summary>Where one answer stands in its grammar. Used by one thread at a time, between device steps: it must be quick (1 ms).</summary>
public interface ITokenGrammarState
{
    /// <summary>Whether the answer may end here; end tokens are allowed exactly then.</summary>
    bool CanEnd { get; }

    /// <summary>Writes which tokens may come next.</summary>
    /// <param name="allowed">One bit for each token id, from the lowest bit of the first element; all are overwritten.</param>
    void GetAllowed(Span<uint> allowed);

    /// <summary>Goes on past a token.</summary>
    /// <param name="tokenId">The token that was chosen.</param>
    /// <returns>False when it was not allowed; the place is then as before.</returns>
    bool TryAccept(int tokenId);

    /// <summary>A second place at the same point, for another choice or a guess.</summary>
    ITokenGrammarState Fork();
}
