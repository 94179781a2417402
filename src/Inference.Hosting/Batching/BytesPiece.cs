// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Rows of a BYTES output that one part of a split request gave: their place in the whole is known only when all are there.</summary>
/// <param name="Shape">Shape of the slice.</param>
/// <param name="FirstRow">First row within the request.</param>
/// <param name="Rows">Rows of the slice.</param>
/// <param name="Buffer">Rented.</param>
/// <param name="ByteLength">Bytes used.</param>
internal sealed record BytesPiece(TensorShape Shape, int FirstRow, int Rows, byte[] Buffer, int ByteLength);
