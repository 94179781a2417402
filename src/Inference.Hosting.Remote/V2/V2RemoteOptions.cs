// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.V2;

/// <summary>How a model of a V2 server (Triton, KServe, another app of this library) is served. Section <c>Inference:Models:{name}:Remote</c>.</summary>
/// <remarks>
/// <see cref="RemoteOptions.Addresses"/> without the <c>/v2</c> of the protocol: <c>http://</c> and <c>https://</c> speak REST,
/// <c>grpc://</c> and <c>grpcs://</c> gRPC. All addresses of a model speak the same. Read when a version is loaded.
/// </remarks>
public sealed class V2RemoteOptions : RemoteOptions
{
    /// <summary>The name of the model there.</summary>
    /// <value>Null by default: the name it has here.</value>
    public string? Model { get; set; }

    /// <summary>The version there.</summary>
    /// <value>
    /// Null by default: the latest that is ready when the model is loaded here, and from then on that one, until a later one takes its
    /// place on all servers, or none has it any more: then the model is loaded again here, as by <see cref="IModelCatalog.LoadAsync"/>.
    /// </value>
    public string? Version { get; set; }

    /// <summary>Whether tensors travel as bytes behind the JSON. Over REST only; gRPC always carries bytes.</summary>
    /// <value>Null by default: where the server lists the extension <c>binary_tensor_data</c>.</value>
    public bool? BinaryData { get; set; }
}
