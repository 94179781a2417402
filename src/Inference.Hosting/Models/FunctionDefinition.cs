// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary>The types of a typed function, known where it was registered, so that nothing has to be made from a type at run time.</summary>
/// <param name="Contract">The <see cref="IBatchFunction{TIn, TOut}"/> that it serves.</param>
/// <param name="Create">Makes the contract of whichever version serves.</param>
/// <param name="CreateOver">Makes the contract over calls that may be answered by other models.</param>
internal sealed record FunctionDefinition(Type Contract, Func<ModelHost, object> Create, Func<ICallsSource, object> CreateOver)
{
    /// <summary>The function of a model that serves a contract.</summary>
    public static FunctionDefinition? Find(ModelDefinition definition, Type contract)
    {
        foreach (var function in definition.Functions.Values)
        {
            if (function.Contract == contract)
            {
                return function;
            }
        }

        return null;
    }

    /// <summary>Versions may differ in code and not in types: a caller cannot know which of them it gets.</summary>
    public static void Check(ModelDefinition definition, List<string> faults)
    {
        if (definition.Functions.Count == 0)
        {
            return;
        }

        var (first, function) = definition.Functions.First();
        foreach (var (version, other) in definition.Functions.Where(other => other.Value.Contract != function.Contract))
        {
            faults.Add($"Version '{version}' of model '{definition.Name}' is an {NameOf(other.Contract)}, but version '{first}' is an {NameOf(function.Contract)}. Give both functions the same types, or make two models of them.");
        }

        foreach (var version in definition.Backends.Keys.Where(version => !definition.Functions.ContainsKey(version)))
        {
            faults.Add($"Version '{version}' of model '{definition.Name}' is no function, but version '{first}' is an {NameOf(function.Contract)}. Serve both with functions of the same types, or make two models of them.");
        }
    }

    /// <summary>What to do when nothing provides a type; null when it is no function.</summary>
    public static string? Mend(ModelDefinition definition, Type type)
        => !type.IsConstructedGenericType || type.GetGenericTypeDefinition() != typeof(IBatchFunction<,>) ? null
            : definition.Functions.Count == 0 ? $"Call UseFunction with a function from {NameOf(type.GenericTypeArguments[0])} to {NameOf(type.GenericTypeArguments[1])}."
            : $"Its function is an {NameOf(definition.Functions.Values.First().Contract)}: use the same types in AddModel, or in the constructor, and in UseFunction.";

    /// <summary>A type as it is written in C#.</summary>
    public static string NameOf(Type type)
        => type.IsConstructedGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>"
            : type.Name;
}
