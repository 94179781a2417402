// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Clients.Tests.Support;

namespace Inference.Hosting.Clients.Tests;

/// <summary>The clients of npm: each script of <c>node/</c> prints a line for each of its cases.</summary>
public sealed class NodeClientsTests(ScriptedApp app) : IClassFixture<ScriptedApp>
{
    [Theory]
    [MemberData(nameof(Cases), "openai-cases.mjs")]
    public Task OpenAI7_Case_Passes(string name) => CheckAsync("openai.mjs", name);

    [Theory]
    [MemberData(nameof(Cases), "openai-cases.mjs")]
    public Task OpenAI6_Case_Passes(string name) => CheckAsync("openai6.mjs", name);

    [Theory]
    [MemberData(nameof(Cases), "ai-sdk.mjs")]
    public Task AISdk_Case_Passes(string name) => CheckAsync("ai-sdk.mjs", name);

    [Theory]
    [MemberData(nameof(Cases), "ai-sdk-openai.mjs")]
    public Task AISdkOpenAI_Case_Passes(string name) => CheckAsync("ai-sdk-openai.mjs", name);

    [Theory]
    [MemberData(nameof(Cases), "langchain.mjs")]
    public Task LangChain_Case_Passes(string name) => CheckAsync("langchain.mjs", name);

    public static IEnumerable<TheoryDataRow<string>> Cases(string script)
        => NodeScripts.CasesOf(script).Select(name => new TheoryDataRow<string>(name));

    private async Task CheckAsync(string script, string name)
    {
        var (packages, reason) = await NodePackages.TryRestoreAsync(TestContext.Current.CancellationToken);
        if (packages is null)
        {
            Assert.Skip(reason);
        }

        var outcomes = await NodeScripts.RunAsync(packages, script, app.BaseAddress);

        Assert.True(outcomes.TryGetValue(name, out var outcome), $"{script} did not come to '{name}'.");
        Assert.True(outcome.Error is null, outcome.Error);
    }
}
