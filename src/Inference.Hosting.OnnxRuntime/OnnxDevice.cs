// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Inference.Hosting.OnnxRuntime.Sessions;

namespace Inference.Hosting.OnnxRuntime;

/// <summary>Where a model computes. Its text form, such as <c>cuda:0</c>, is what configuration, metadata and telemetry hold. Immutable.</summary>
/// <remarks>
/// Text forms: <c>cpu</c>, <c>cuda:0</c>, <c>tensorrt:0</c>, <c>directml:0</c>, <c>coreml</c>, <c>openvino</c>, <c>qnn</c>, <c>webgpu</c>, <c>migraphx:0</c>,
/// and <c>NAME:INDEX@LIBRARY</c> for an execution provider that lives in a library of its own.
/// </remarks>
public sealed record OnnxDevice
{
    private OnnxDevice(string provider, int index, string? library = null)
        => (Provider, Index, Library) = (provider, index, library);

    /// <summary>The processor. Every native package has it.</summary>
    public static OnnxDevice Cpu { get; } = new("cpu", 0);

    /// <summary>Apple's Core ML; the system divides the work among processor, GPU and neural engine.</summary>
    public static OnnxDevice CoreML { get; } = new("coreml", 0);

    /// <summary>Short name of the execution provider, or its own name when <see cref="Library"/> is set.</summary>
    public string Provider { get; }

    /// <summary>Which device of that kind.</summary>
    /// <value>From 0.</value>
    public int Index { get; }

    /// <summary>The provider's library, or null for one that is built into the native package.</summary>
    public string? Library { get; }

    /// <summary>Whether it is the processor.</summary>
    public bool IsCpu => Provider == "cpu";

    /// <summary>An NVIDIA GPU. A registered plugin provider is preferred to one built into the native package.</summary>
    /// <param name="index">From 0, as CUDA counts them.</param>
    public static OnnxDevice Cuda(int index = 0) => new("cuda", Checked(index));

    /// <summary>An NVIDIA GPU through TensorRT, with CUDA for what TensorRT cannot run.</summary>
    /// <param name="index">From 0, as CUDA counts them.</param>
    public static OnnxDevice TensorRt(int index = 0) => new("tensorrt", Checked(index));

    /// <summary>A Direct3D 12 adapter. Windows only.</summary>
    /// <param name="index">From 0, as the system counts them.</param>
    public static OnnxDevice DirectML(int index = 0) => new("directml", Checked(index));

    /// <summary>A device of a provider that is registered from a library at load.</summary>
    /// <param name="library">Path of the library; its code runs in this process.</param>
    /// <param name="provider">The provider's own name, for example <c>CudaPluginExecutionProvider</c>.</param>
    /// <param name="index">From 0, among the devices that the library offers under that name.</param>
    public static OnnxDevice Plugin(string library, string provider, int index = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(library);
        ArgumentException.ThrowIfNullOrWhiteSpace(provider);
        return new(provider, Checked(index), library);
    }

    /// <summary>The device that a text names.</summary>
    /// <param name="text">One of the text forms; names of built-in providers in any case.</param>
    /// <exception cref="FormatException">No such form; the message lists them.</exception>
    public static OnnxDevice Parse(string text)
        => TryParse(text, out var device) ? device : throw new FormatException(Describe(text));

    /// <summary>The device that a text names.</summary>
    /// <param name="text">One of the text forms; names of built-in providers in any case.</param>
    /// <param name="device">The device, or null.</param>
    /// <returns>Whether the text has one of the forms.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out OnnxDevice? device)
    {
        device = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        // A library's path may hold colons and at signs: what stands before the first at sign is the device.
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var head = (at < 0 ? text : text[..at]).Trim();
        var colon = head.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? head : head[..colon];
        var index = 0;
        if (colon >= 0 && !int.TryParse(head[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out index))
        {
            return false;
        }

        if (at >= 0)
        {
            var library = text[(at + 1)..].Trim();
            device = name.Length > 0 && library.Length > 0 ? new(name, index, library) : null;
        }
        else if (ExecutionProviders.Find(name) is { } provider && (provider.HasIndex || colon < 0))
        {
            device = new(provider.Name, index);
        }

        return device is not null;
    }

    /// <summary>The text form.</summary>
    /// <param name="device">A device.</param>
    public static implicit operator string(OnnxDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.ToString();
    }

    /// <summary>The text form.</summary>
    public override string ToString() => this switch
    {
        { Library: not null } => string.Create(CultureInfo.InvariantCulture, $"{Provider}:{Index}@{Library}"),
        _ when ExecutionProviders.Find(Provider) is { HasIndex: true } => string.Create(CultureInfo.InvariantCulture, $"{Provider}:{Index}"),
        _ => Provider,
    };

    /// <summary>The text form without a library's path: what clients may see.</summary>
    internal string ToPublicString() => Library is null ? ToString() : string.Create(CultureInfo.InvariantCulture, $"{Provider}:{Index}");

    internal static string Describe(string? text)
        => $"'{text}' names no device. Use one of {string.Join(", ", ExecutionProviders.Forms)}, or NAME:INDEX@LIBRARY for a provider in a library of its own.";

    private static int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return index;
    }
}
