// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>Ids as OpenAI makes them: a prefix that tells the kind, and random letters and digits.</summary>
internal static class OpenAIIds
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public const int CompletionLength = 32;

    public const int CallLength = 24;

    /// <summary>A new id, for example <c>chatcmpl-…</c>.</summary>
    public static string Create(string prefix, int length = CompletionLength) => prefix + RandomNumberGenerator.GetString(Alphabet, length);
}
