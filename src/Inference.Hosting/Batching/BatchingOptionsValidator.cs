// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Options;

namespace Inference.Hosting.Batching;

/// <summary>Ranges of <see cref="BatchingOptions"/>.</summary>
internal sealed class BatchingOptionsValidator : IValidateOptions<BatchingOptions>
{
    public ValidateOptionsResult Validate(string? name, BatchingOptions options)
    {
        var faults = new OptionsFaults(name, "Batching")
            .InRange(nameof(options.MaxBatchSize), options.MaxBatchSize, 1, 65_536)
            .InRange(nameof(options.MaxQueueDelay), options.MaxQueueDelay, TimeSpan.Zero, TimeSpan.FromSeconds(10))
            .InRange(nameof(options.RejoinWindow), options.RejoinWindow, TimeSpan.Zero, TimeSpan.FromMilliseconds(100))
            .InRange(nameof(options.MaxRunTime), options.MaxRunTime, TimeSpan.FromMicroseconds(1), TimeSpan.FromHours(1))
            .InRange(nameof(options.TokenBudget), options.TokenBudget, 1, int.MaxValue)
            .InRange(nameof(options.MaxBatchCost), options.MaxBatchCost, 1, int.MaxValue)
            .InRange(nameof(options.MaxLength), options.MaxLength, 1, int.MaxValue)
            .InRange(nameof(options.MaxBatchBytes), options.MaxBatchBytes, 1, int.MaxValue)
            .InRange(nameof(options.PadMultiple), options.PadMultiple, 1, 4096)
            .InRange(nameof(options.EfficiencyLoss), options.EfficiencyLoss, 0.0, 0.5)
            .InRange(nameof(options.MinGain), options.MinGain, 0.0, 1.0)
            .InRange(nameof(options.DeadlineMargin), options.DeadlineMargin, 1.0, 10.0)
            .InRange(nameof(options.IsolationBudget), options.IsolationBudget, 0.0, 1.0)
            .InRange(nameof(options.Instances), options.Instances, 1, 1024);
        for (var i = 0; i < options.AllowedBatchSizes.Count; i++)
        {
            if (options.AllowedBatchSizes[i] < 1 || (i > 0 && options.AllowedBatchSizes[i] <= options.AllowedBatchSizes[i - 1]))
            {
                faults.Add($"{nameof(options.AllowedBatchSizes)}:{i}", options.AllowedBatchSizes[i], "use ascending sizes from 1");
            }
        }

        for (var i = 0; i < options.RaggedAxes.Count; i++)
        {
            var axis = options.RaggedAxes[i];
            if (string.IsNullOrEmpty(axis.Input))
            {
                faults.Add($"{nameof(options.RaggedAxes)}:{i}:{nameof(axis.Input)}", "empty", "name the input");
            }

            faults.InRange($"{nameof(options.RaggedAxes)}:{i}:{nameof(axis.Axis)}", axis.Axis, 0, 63);
        }

        return faults.Result;
    }
}
