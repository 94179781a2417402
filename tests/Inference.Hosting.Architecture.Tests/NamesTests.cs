// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Models;
using Inference.Hosting.Remote.OpenAI;
using Inference.Hosting.Remote.V2;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Names that users' dashboards, alerts, settings and clients hold on to are agreed in <c>names/</c>.</summary>
public sealed partial class NamesTests
{
    /// <summary>Every room has a hundred event ids of its own.</summary>
    private static readonly Dictionary<string, int> _blocks = new()
    {
        ["Inference.Hosting.Models"] = 100,
        ["Inference.Hosting.DependencyInjection"] = 100,
        ["Inference.Hosting.Queueing"] = 200,
        ["Inference.Hosting.Batching"] = 300,
        ["Inference.Hosting.Backends"] = 300,
        ["Inference.Hosting.Engines"] = 400,
        ["Inference.Hosting.OnnxRuntime"] = 500,
        ["Inference.Hosting.AspNetCore"] = 600,
        ["Inference.Hosting.Grpc"] = 700,
        ["Inference.Hosting.Remote"] = 800,
    };

    private static readonly List<(Type Owner, LoggerMessageAttribute Event)> _events =
        [.. from assembly in Assemblies.All
            from type in assembly.GetTypes()
            from method in type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
            where attribute is not null
            orderby attribute.EventId
            select (type, attribute)];

    private static readonly List<Type> _options =
        [.. Assemblies.All.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))];

    [Fact]
    public void Events_AreAsAgreed() => Snapshot.Verify(
        "names/events.txt",
        _events.Select(item => string.Create(
            CultureInfo.InvariantCulture, $"{item.Event.EventId} {item.Event.EventName} {item.Event.Level}")));

    [Fact]
    public void Events_HaveAnIdANameAndABlockOfTheirOwn()
    {
        Assert.NotEmpty(_events);
        Faults.AssertNone(
        [
            .. _events.GroupBy(item => item.Event.EventId).Where(group => group.Count() > 1)
                .Select(group => $"event id {group.Key} is used by {string.Join(" and ", group.Select(item => item.Event.EventName))}"),
            .. _events.GroupBy(item => item.Event.EventName).Where(group => group.Count() > 1)
                .Select(group => $"event name {group.Key} is used by {string.Join(" and ", group.Select(item => item.Event.EventId))}"),
            .. _events.Where(item => string.IsNullOrEmpty(item.Event.EventName))
                .Select(item => $"event {item.Event.EventId} of {item.Owner.Name} has no EventName"),
            .. _events.Where(item => item.Event.EventId / 100 * 100 != Block(item.Owner))
                .Select(item => $"event {item.Event.EventId} of {item.Owner.FullName} is outside its block {Block(item.Owner)}"),
        ]);
    }

    [Fact]
    public void Telemetry_NamesInTheSources_AreAsAgreed() => Snapshot.Verify(
        "names/telemetry.txt",
        SourceFile.All
            .SelectMany(file => file.Syntax.DescendantTokens())
            .Where(token => token.IsKind(SyntaxKind.StringLiteralToken) && TelemetryName().IsMatch(token.ValueText))
            .Select(token => token.ValueText)
            .Distinct()
            .Order(StringComparer.Ordinal));

    [Fact]
    public void ConfigurationKeys_AreAsAgreed()
    {
        var services = new ServiceCollection();
        services.AddModel("m").UseOnnxRuntime([1]);
        var definition = services.Select(service => service.ImplementationInstance).Single(instance => instance?.GetType().Name == "ModelDefinition")!;
        var sections = (IDictionary<string, IReadOnlySet<string>>)definition.GetType().GetProperty("Sections")!.GetValue(definition)!;
        IEnumerable<(string Path, Type Type)> roots =
        [
            ("Inference:Models:{name}", typeof(ModelOptions)),
            (InferenceHttpOptions.Section, typeof(InferenceHttpOptions)),
            ("Inference:Models:{name}:Remote (OpenAI)", typeof(OpenAIRemoteOptions)),
            ("Inference:Models:{name}:Remote (V2)", typeof(V2RemoteOptions)),
            .. sections.Select(section => ($"Inference:Models:{{name}}:{section.Key}", _options.Single(type =>
                section.Value.SetEquals(type.GetProperties().Select(property => property.Name))))),
        ];
        Snapshot.Verify(
            "names/configuration.txt",
            roots.SelectMany(root => Keys(root.Path, root.Type)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ErrorCodes_AreAsAgreed() => Snapshot.Verify(
        "names/errors.txt",
        Enum.GetValues<InferenceErrorCode>().Select(code => $"{code} {ErrorTable.Find(code)}"));

    [Fact]
    public void Routes_AreAsAgreed()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddModel("m").UseEngine((_, _) => throw new NotSupportedException("Nothing starts here."));
        builder.Services.Configure<InferenceHttpOptions>(options => options.EnableV1 = true);
        builder.Services.AddInferenceGrpc();
        var app = builder.Build();
        app.MapInference();
        Snapshot.Verify("names/routes.txt", Routes(app).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Routes(IEndpointRouteBuilder app)
        => from source in app.DataSources
           from endpoint in source.Endpoints.OfType<RouteEndpoint>()
           from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]
           select $"{endpoint.RoutePattern.RawText} {method}";

    private static IEnumerable<string> Keys(string path, Type options)
    {
        var instance = Activator.CreateInstance(options);
        return options.GetProperties().Where(property => !typeof(Delegate).IsAssignableFrom(property.PropertyType))
            .SelectMany(property => _options.Contains(property.PropertyType)
                ? Keys($"{path}:{property.Name}", property.PropertyType)
                : [$"{path}:{property.Name} {TypePrinter.Name(property.PropertyType)}{Default(property.GetValue(instance))}"]);
    }

    [GeneratedRegex(@"^(inference|gen_ai)\.[a-z][a-z_.]*$")]
    private static partial Regex TelemetryName();

    private static int Block(Type owner) => _blocks
        .Where(block => owner.Namespace == block.Key || owner.Namespace!.StartsWith(block.Key + ".", StringComparison.Ordinal))
        .OrderByDescending(block => block.Key.Length)
        .Select(block => block.Value)
        .FirstOrDefault();

    private static string Default(object? value) => value switch
    {
        null => "",
        string text => $" = \"{text}\"",
        System.Collections.IEnumerable => "",
        IFormattable number => $" = {number.ToString(null, CultureInfo.InvariantCulture)}",
        _ => $" = {value}",
    };
}
