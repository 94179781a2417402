// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Grpc.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedApp))]
