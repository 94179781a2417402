// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Functions;

/// <summary>What a body held.</summary>
/// <param name="Items">The items.</param>
/// <param name="IsArray">Whether they came as an array, and so are answered.</param>
internal readonly record struct FunctionInput<TIn>(IReadOnlyList<TIn> Items, bool IsArray);
