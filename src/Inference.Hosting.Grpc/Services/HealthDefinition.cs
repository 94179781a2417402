// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf.Reflection;
using Inference.Hosting.Grpc.Protos.Health;

namespace Inference.Hosting.Grpc.Services;

/// <summary>The health service, as generated code would describe it: gRPC's reflection looks for it by this shape.</summary>
internal static class HealthDefinition
{
    public const string ServiceName = "grpc.health.v1.Health";

    public static ServiceDescriptor Descriptor => HealthReflection.Descriptor.Services[0];

    public abstract class Base;
}
