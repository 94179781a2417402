// SPDX-License-Identifier: Apache-2.0

extern alias package;

using package::Inference.Hosting.Grpc.Services;

namespace Inference.Hosting.Grpc.Tests.Services;

public sealed class StatisticsDescriptionsTests
{
    [Fact]
    public void Describe_MemoryOnDevices_IsListedForEach()
    {
        var metadata = new ModelMetadata("m", "1", [], []) { Devices = ["cuda:1", "cpu"] };
        var version = new ModelVersionInfo("1", ModelState.Ready) { Metadata = metadata };

        var usage = StatisticsDescriptions.Describe("m", version, new ModelStatistics { MemoryBytes = 200 }).MemoryUsage;

        Assert.Equal([("GPU", 1L, 100UL), ("CPU", 0L, 100UL)], usage.Select(device => (device.Type, device.Id, device.ByteSize)));
    }
}
