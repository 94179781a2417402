// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Backends;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>The least of a backend for a V2 server: FP32 tensors as JSON. It fits behind the same contract as a graph on this machine.</summary>
internal sealed class RemoteBackend(HttpClient http, string model) : IModelBackend
{
    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        var described = await http.GetFromJsonAsync<JsonElement>($"/v2/models/{model}", cancellationToken);
        return new Loaded(http, model, new ModelMetadata(
            context.Model, context.Version, Specs(described, "inputs"), Specs(described, "outputs"))
        {
            Platform = "remote_v2",
            Devices = ["remote"],
        });
    }

    private static List<TensorSpec> Specs(JsonElement described, string property)
        => [.. described.GetProperty(property).EnumerateArray().Select(spec => new TensorSpec(
            spec.GetProperty("name").GetString()!,
            TensorDataType.FP32,
            TensorShape.Create([.. spec.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())])))];

    private sealed class Loaded(HttpClient http, string model, ModelMetadata metadata) : ILoadedModel
    {
        private int _inFlight;

        public ModelMetadata Metadata => metadata;

        public ModelLoad Load => new() { InFlight = Volatile.Read(ref _inFlight) };

        public async ValueTask<InferenceResponse> InferAsync(
            InferenceRequest request, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _inFlight);
            try
            {
                using var answer = await http.PostAsJsonAsync($"/v2/models/{model}/infer", Body(request), cancellationToken);
                return answer.IsSuccessStatusCode
                    ? Response(await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken))
                    : throw new InferenceException(InferenceErrorCode.EngineFailed, $"The server behind answered {(int)answer.StatusCode}.");
            }
            catch (HttpRequestException exception)
            {
                throw new InferenceException(InferenceErrorCode.NotReady, "The server behind cannot be reached.", exception);
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
            }
        }

        public ValueTask DisposeAsync() => default;

        private static object Body(InferenceRequest request) => new
        {
            inputs = request.Inputs.Select(input => new
            {
                name = input.Key,
                datatype = "FP32",
                shape = input.Value.Shape.ToArray(),
                data = input.Value.ToArray<float>(),
            }),
        };

        private static InferenceResponse Response(JsonElement answer)
        {
            var outputs = new TensorCollection();
            foreach (var output in answer.GetProperty("outputs").EnumerateArray())
            {
                outputs.Add(output.GetProperty("name").GetString()!, InferenceTensor.Create(
                    [.. output.GetProperty("data").EnumerateArray().Select(value => value.GetSingle())],
                    [.. output.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())]));
            }

            return new InferenceResponse(outputs, new InferenceTiming { Device = "remote" });
        }
    }
}
