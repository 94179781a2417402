// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Prints the public face of an assembly, one member a line, in a stable order. Attributes are left out.</summary>
internal static class ApiPrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Print(Assembly assembly) => assembly.GetExportedTypes()
        .OrderBy(TypePrinter.FullName, StringComparer.Ordinal)
        .SelectMany(Print);

    private static IEnumerable<string> Print(Type type)
    {
        yield return Header(type);
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            yield return "  " + Signature(type.GetMethod("Invoke")!);
            yield break;
        }

        foreach (var line in Members(type).Order(StringComparer.Ordinal))
        {
            yield return "  " + line;
        }
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}");
        }

        var fields = type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
            .Select(field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{TypePrinter.Name(field.FieldType)} {field.Name}"
                + (field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : ""));
        var constructors = type.GetConstructors(Declared & ~BindingFlags.Static).Where(IsVisible)
            .Select(constructor => $"{Access(constructor)}new{Parameters(constructor)}");
        var properties = type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsVisible))
            .Select(Property);
        var events = type.GetEvents(Declared).Where(item => item.AddMethod is { } add && IsVisible(add))
            .Select(item => $"event {TypePrinter.Name(item.EventHandlerType!)} {item.Name}");
        var methods = type.GetMethods(Declared).Where(method => IsVisible(method) && !IsNoise(method)).Select(Signature);
        return [.. fields, .. constructors, .. properties, .. events, .. methods];
    }

    // What the compiler writes into every record and what every object has tells nothing.
    private static bool IsNoise(MethodInfo method)
        => (method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal))
            || method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            || method.Name is "ToString" or "GetHashCode" or "Equals" && method.GetBaseDefinition().DeclaringType == typeof(object);

    private static string Header(Type type)
    {
        var kind = type switch
        {
            _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false) ? "readonly struct" : "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum)
                && parent != typeof(MulticastDelegate) ? [parent] : Array.Empty<Type>())
            .Concat(type.IsEnum ? [] : type.GetInterfaces().Except(inherited).OrderBy(TypePrinter.FullName, StringComparer.Ordinal))
            .Select(TypePrinter.Name)
            .ToList();
        return $"{kind} {TypePrinter.FullName(type)}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}{TypePrinter.Constraints(type)}";
    }

    private static string Property(PropertyInfo property)
    {
        var nullability = new NullabilityInfoContext().Create(property);
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
        var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible)
            .OrderBy(accessor => accessor.ReturnType == typeof(void))
            .Select(accessor => Access(accessor) + (accessor.ReturnType != typeof(void) ? "get;" : IsInit(accessor) ? "init;" : "set;"));
        var modifiers = property.GetAccessors(nonPublic: true)[0];
        var required = property.IsDefined(typeof(RequiredMemberAttribute), inherit: false) ? "required " : "";
        return $"{Modifiers(modifiers)}{required}{TypePrinter.Name(property.PropertyType, nullability)} "
            + $"{(index.Length > 0 ? "this" : property.Name)}{index} {{ {string.Join(" ", accessors)} }}";
    }

    private static bool IsInit(MethodInfo setter)
        => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Signature(MethodInfo method)
    {
        var nullability = new NullabilityInfoContext().Create(method.ReturnParameter);
        var generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>"
            : "";
        return $"{Access(method)}{Modifiers(method)}{TypePrinter.Name(method.ReturnType, nullability)} "
            + $"{method.Name}{generic}{Parameters(method)}{TypePrinter.Constraints(method)}";
    }

    private static string Modifiers(MethodBase method)
        => method.DeclaringType!.IsInterface ? method.IsStatic ? "static " : method.IsAbstract ? "" : "default "
            : method.IsStatic ? "static "
            : method.IsAbstract ? "abstract "
            : method is MethodInfo info && info.GetBaseDefinition() != info ? "override "
            : method.IsVirtual && !method.IsFinal ? "virtual "
            : "";

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method)
    {
        var prefix = method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " : "";
        return $"({prefix}{string.Join(", ", method.GetParameters().Select(Parameter))})";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var nullability = new NullabilityInfoContext().Create(parameter);
        var direction = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? parameter.IsIn ? "in " : "ref " : "";
        var rest = parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false)
            || parameter.IsDefined(typeof(ParamCollectionAttribute), inherit: false) ? "params " : "";
        var value = parameter.HasDefaultValue ? $" = {Literal(parameter.DefaultValue)}" : "";
        return $"{rest}{direction}{TypePrinter.Name(parameter.ParameterType, nullability)} {parameter.Name}{value}";
    }

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
