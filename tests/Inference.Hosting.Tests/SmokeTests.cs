// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Create_WrongCount_Throws()
        => Assert.Throws<ArgumentException>(() => InferenceTensor.Create(new float[3], 2, 2));
}
