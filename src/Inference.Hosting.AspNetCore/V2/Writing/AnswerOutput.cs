// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Writing;

/// <summary>One output as it will be sent.</summary>
internal readonly record struct AnswerOutput(string Name, InferenceTensor Tensor, bool IsBinary);
