// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.Support;

/// <summary>
/// The device of all tests of the trait <c>Suite=Device</c>: the processor, unless the environment names another. The same tests are the suite of
/// every device.
/// </summary>
internal static partial class TestDevice
{
    private const string Variable = "INFERENCE_HOSTING_TEST_DEVICE";

    // What providers are known not to take, as seen: operators, and the types of the graph's inputs. A test whose graph is listed runs on an allowed
    // fallback, once the refusal has been checked; a graph that is not listed must run on the device.
    private static readonly Dictionary<string, string[]> _limits = new(StringComparer.Ordinal)
    {
        ["webgpu"] =
        [
            "Identity of BF16", "Identity of Bool", "Identity of Bytes", "Identity of FP64", "Identity of Int16", "Identity of Int64",
            "Identity of Int8", "Identity of UInt16", "Identity of UInt64", "Identity of UInt8", "NonZero of FP32", "StringConcat of Bytes",
        ],
        ["cuda"] = ["Identity of Bytes", "StringConcat of Bytes"],
        ["tensorrt"] = ["Identity of Bytes", "StringConcat of Bytes"],
    };

    private static readonly bool _isRequired = Environment.GetEnvironmentVariable(Variable + "_REQUIRED") == "1";
    private static readonly Lazy<string?> _missing = new(FindMissing);

    public static OnnxDevice Device { get; } = OnnxDevice.Parse(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : "cpu");

    /// <summary>As in metadata and telemetry.</summary>
    public static string Name => Device.ToPublicString();

    public static bool IsCpu => Device.IsCpu;

    /// <summary>How far a result may be from the processor's: kernels of devices add up in another order.</summary>
    public static float Tolerance => IsCpu ? 1e-6f : 1e-4f;

    /// <summary>Most bytes that a run may allocate for an input: on a device, each is bound again in every run.</summary>
    public static int BytesPerInput => IsCpu ? 0 : 64;

    /// <summary>Most bytes that a run may allocate beside: a device's outputs lie in memory of ONNX Runtime.</summary>
    public static int BytesPerRun => IsCpu ? 0 : 512;

    /// <summary>Options that put a model on the device.</summary>
    public static void Configure(OnnxRuntimeOptions options)
    {
        options.Device = Device;

        // Answers are compared with the processor's, which does not round products to ten bits.
        options.Cuda.UseTf32 = false;
    }

    /// <summary>Skips the test, with the reason, where there is no such device; fails it where there has to be one.</summary>
    public static void Require()
    {
        if (IsCpu || _missing.Value is not { } reason)
        {
            return;
        }

        Assert.False(_isRequired, reason);
        Assert.Skip(reason);
    }

    /// <summary>Whether a refused graph is one that the device is known not to take.</summary>
    /// <param name="refusal">The message.</param>
    /// <param name="inputs">Of the graph.</param>
    public static bool IsKnownLimit(string refusal, IEnumerable<TensorSpec> inputs)
        => _limits.GetValueOrDefault(Device.Provider, []).Contains(DescribeLimit(refusal, inputs));

    /// <summary>As in the table of limits.</summary>
    public static string DescribeLimit(string refusal, IEnumerable<TensorSpec> inputs)
        => $"{string.Join(',', OperatorCount().Matches(refusal).Select(match => match.Groups[1].Value))} of {string.Join(',', inputs.Select(input => input.DataType).Distinct())}";

    public static void AssertClose(InferenceTensor expected, InferenceTensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        AssertClose(expected.ToArray<float>(), actual.ToArray<float>());
    }

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance);
        }
    }

    /// <summary>Whether a small network, which every device takes, loads there.</summary>
    private static string? FindMissing()
    {
        try
        {
            var engine = TestEngine.LoadAnyway(new(null, OnnxModels.Mlp(8, 16, 4).ToBytes()));
            engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return null;
        }
        catch (InferenceException exception)
        {
            return exception.Message;
        }
    }

    [GeneratedRegex(@"(\w+) × \d+")]
    private static partial Regex OperatorCount();
}
