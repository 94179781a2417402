// SPDX-License-Identifier: Apache-2.0

using System.Reflection;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Writes types as C# does, nullable annotations included.</summary>
internal static class TypePrinter
{
    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
    };

    public static string FullName(Type type)
        => type.DeclaringType is { } outer ? $"{FullName(outer)}.{Name(type)}" : $"{type.Namespace}.{Name(type)}";

    public static string Name(Type type) => Name(type, nullability: null);

    public static string Name(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!, nullability);
        }

        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{Name(value)}?";
        }

        if (!type.IsGenericType)
        {
            return _keywords.GetValueOrDefault(type, type.Name) + mark;
        }

        var own = type.GetGenericArguments();
        var written = nullability?.GenericTypeArguments;
        var arguments = own.Select((argument, i) => Name(argument, written?.Length == own.Length ? written[i] : null));
        var name = type.Name.Split('`')[0];
        return type.Name.Contains('`', StringComparison.Ordinal) ? $"{name}<{string.Join(", ", arguments)}>{mark}" : name + mark;
    }

    public static string Constraints(Type type) => type.IsGenericTypeDefinition ? Constraints(type.GetGenericArguments()) : "";

    public static string Constraints(MethodInfo method) => method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "";

    private static string Constraints(Type[] arguments) => string.Concat(
        from argument in arguments
        let constraints = Of(argument).ToList()
        where constraints.Count > 0
        select $" where {argument.Name} : {string.Join(", ", constraints)}");

    private static IEnumerable<string> Of(Type argument)
    {
        var flags = argument.GenericParameterAttributes;
        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            yield return "class";
        }

        var isValue = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        if (isValue)
        {
            yield return "struct";
        }

        foreach (var constraint in argument.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)))
        {
            yield return Name(constraint);
        }

        if (!isValue && flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            yield return "new()";
        }
    }
}
