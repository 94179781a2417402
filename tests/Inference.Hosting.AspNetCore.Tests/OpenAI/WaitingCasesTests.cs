// SPDX-License-Identifier: Apache-2.0

using System.Reflection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI;

/// <summary>The black-box cases of chats and completions: which test plays each, and what those that wait are waiting for.</summary>
public sealed class WaitingCasesTests
{
    private const string Text = "a tokenizer and a decoder: the model finds stops, calls and characters in its tokens";
    private const string Sampling = "a decoder: the model chooses its tokens";
    private const string Grammar = "a decoder with a grammar: the model's answer is constrained";

    private static readonly Dictionary<string, string> _waiting = new()
    {
        ["V05"] = Sampling,
        ["V06"] = "the part that counts tokens: " + Sampling,
        ["V12"] = Text,
        ["V14"] = Text,
        ["V15"] = Sampling,
        ["V22"] = "the part that biases: " + Sampling,
        ["V23"] = Text,
        ["V32"] = Text,
        ["V33"] = Text,
        ["V34"] = Text,
        ["V35"] = Text,
        ["V36"] = Grammar,
        ["V39"] = Grammar,
        ["V40"] = Grammar,
    };

    /// <summary>Tests that play several cases, and so are not named after one.</summary>
    private static readonly Dictionary<string, string> _tests = new()
    {
        ["V09"] = "ChatCompletionsTests.V07_Stream_SendsChunksInOrderAndEndsWithDone",
        ["V10"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
        ["V13"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
        ["V16"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
        ["V18"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
        ["V20"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
        ["V21"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
        ["V26"] = "ChatRequestTests.Messages_OfEveryRole_ReachTheModel",
        ["V28"] = "ChatRequestTests.Messages_OfEveryRole_ReachTheModel",
        ["V29"] = "ChatRequestTests.Messages_OfEveryRole_ReachTheModel",
        ["V38"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
        ["V41"] = "ChatRequestTests.Field_ThatIsWrong_IsNamed",
    };

    [Fact]
    public void EveryCase_IsPlayedOrWaitsForAReason()
    {
        var methods = typeof(WaitingCasesTests).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith(typeof(WaitingCasesTests).Namespace!, StringComparison.Ordinal) == true)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttributes().Any(attribute => attribute is FactAttribute))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .ToHashSet();

        foreach (var number in Enumerable.Range(4, 39))
        {
            var name = $"V{number:00}";
            var isPlayed = methods.Any(method => method.Contains($".{name}_", StringComparison.Ordinal))
                || (_tests.TryGetValue(name, out var test) && methods.Contains(test));
            Assert.True(isPlayed != _waiting.ContainsKey(name), $"{name} is {(isPlayed ? "played and waits" : "neither played nor waits")}.");
        }
    }
}
