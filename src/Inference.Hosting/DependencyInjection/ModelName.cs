// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.DependencyInjection;

/// <summary>What names of models and versions may look like: they stand in routes, configuration keys and metric tags.</summary>
internal static class ModelName
{
    public static void Validate(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > 128 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) || name is "." or "..")
        {
            throw new ArgumentException(
                $"'{name}' is no {what}: use 1 to 128 of A-Z a-z 0-9 . _ -, and WithAlias for other names on the wire.", nameof(name));
        }
    }

    /// <summary>The name of a type without its generic arity, as typed HTTP clients have it.</summary>
    public static string Of(Type type)
    {
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? type.Name : type.Name[..tick];
    }
}
