// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests;

public sealed class LinkTests
{
    [Fact]
    public void Links_OfAllPages_LeadSomewhere()
        => Assert.Equal("", string.Join('\n', LinkChecker.FindBroken(
            Repository.Pages, path => Path.Exists(Path.Combine(Repository.Root, path.Replace('/', Path.DirectorySeparatorChar))))));

    [Fact]
    public void FindBroken_GoodAndBadLinks_NamesTheBadOnes()
    {
        MarkdownPage[] pages =
        [
            new("README.md", """
                # What it is
                [docs](docs/a.md), [same](#what-it-is), [outside](https://example.org/x), [there](docs/a.md#keys--values),
                ![image](img/logo.png "logo") `[code](nowhere.md)` <a href="docs/a.md">a</a>
                ```md
                [in code](nowhere.md)
                ```
                [gone](docs/b.md) [no heading](docs/a.md#nothing) [none here](#no)
                """),
            new("docs/a.md", "## Keys & values\n[up](../README.md#what-it-is) [too far](../../x.md)\n[ref]: c.md\n"),
        ];
        var files = new HashSet<string> { "README.md", "docs/a.md", "img/logo.png" };

        Assert.Equal(
            [
                "README.md:7: there is no file 'docs/b.md'.",
                "README.md:7: 'docs/a.md' has no heading for '#nothing'.",
                "README.md:7: 'README.md' has no heading for '#no'.",
                "docs/a.md:2: there is no file '../../x.md'.",
                "docs/a.md:3: there is no file 'c.md'.",
            ],
            LinkChecker.FindBroken(pages, files.Contains));
    }
}
