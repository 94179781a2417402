// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.OnnxRuntime.Sessions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.OnnxRuntime;

/// <summary>Finds every fault of the options at once; each message names key, value and mend.</summary>
internal sealed class OnnxRuntimeOptionsValidator : IValidateOptions<OnnxRuntimeOptions>
{
    private const int MostThreads = 1024;

    public ValidateOptionsResult Validate(string? name, OnnxRuntimeOptions options)
    {
        var faults = new List<string>();
        CheckDevice("Device", options.Device);
        for (var i = 0; i < options.Devices.Count; i++)
        {
            CheckDevice($"Devices:{i}", options.Devices[i]);
            if (options.Devices.Take(i).Any(other => AreSame(other, options.Devices[i])))
            {
                Add($"Devices:{i}", options.Devices[i], "is there twice. Name each device once, and set Batching:Instances for more instances.");
            }
        }

        for (var i = 0; i < options.Fallback.Count; i++)
        {
            CheckDevice($"Fallback:{i}", options.Fallback[i]);
        }

        CheckRange("IntraOpThreads", options.IntraOpThreads, 0, MostThreads);
        CheckRange("InterOpThreads", options.InterOpThreads, 0, MostThreads);
        CheckPositive("Cuda:MemoryLimit", options.Cuda.MemoryLimit);
        CheckPositive("TensorRt:MaxWorkspaceBytes", options.TensorRt.MaxWorkspaceBytes);
        if (!Enum.IsDefined(options.GraphOptimization))
        {
            Add("GraphOptimization", options.GraphOptimization.ToString(), $"is none of {string.Join(", ", Enum.GetNames<OnnxGraphOptimization>())}.");
        }

        string?[] profiles = [options.TensorRt.ProfileMinShapes, options.TensorRt.ProfileOptShapes, options.TensorRt.ProfileMaxShapes];
        if (profiles.Any(profile => profile is not null) && profiles.Any(profile => profile is null))
        {
            Add("TensorRt", "Profile…Shapes", "are not complete. Set ProfileMinShapes, ProfileOptShapes and ProfileMaxShapes, or none.");
        }

        foreach (var key in options.SessionConfig.Keys.Where(key => !SessionConfigKeys.IsKnown(key)))
        {
            Add("SessionConfig", key, $"is not read by ONNX Runtime, which would ignore it. Did you mean {SessionConfigKeys.Nearest(key)}?");
        }

        foreach (var (tensor, axis) in options.BatchAxes.Where(entry => entry.Value < -1))
        {
            Add($"BatchAxes:{tensor}", axis.ToString(CultureInfo.InvariantCulture), "is not an axis. Use 0 or more, or -1 for none.");
        }

        foreach (var (symbol, size) in options.FreeDimensions.Where(entry => entry.Value < 1))
        {
            Add($"FreeDimensions:{symbol}", size.ToString(CultureInfo.InvariantCulture), "is not a size. Use 1 or more.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        static bool AreSame(string left, string right)
            => OnnxDevice.TryParse(left, out var one) && OnnxDevice.TryParse(right, out var other) && one == other;

        void CheckDevice(string key, string value)
        {
            if (!OnnxDevice.TryParse(value, out _))
            {
                faults.Add($"{Key(key)}: {OnnxDevice.Describe(value)}");
            }
        }

        void CheckRange(string key, int value, int from, int to)
        {
            if (value < from || value > to)
            {
                Add(key, value.ToString(CultureInfo.InvariantCulture), $"is out of range. Use {from} to {to}.");
            }
        }

        void CheckPositive(string key, long? value)
        {
            if (value <= 0)
            {
                Add(key, value.Value.ToString(CultureInfo.InvariantCulture), "is not a size. Use 1 or more bytes, or leave it out.");
            }
        }

        void Add(string key, string value, string mend) => faults.Add($"{Key(key)}: '{value}' {mend}");

        string Key(string key)
        {
            // Options of a version are named model@version.
            var at = name?.IndexOf('@', StringComparison.Ordinal) ?? -1;
            var section = at < 0 ? name : $"{name![..at]}:Versions:{name[(at + 1)..]}";
            return $"Inference:Models:{section}:OnnxRuntime:{key}";
        }
    }
}
