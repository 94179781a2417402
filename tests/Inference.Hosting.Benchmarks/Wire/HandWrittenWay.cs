// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>The endpoint people write by hand: a minimal API that binds JSON to <c>float[]</c>, calls <c>Run</c> and returns <c>float[]</c>.</summary>
internal sealed class HandWrittenWay : HttpWay
{
    public const string Title = "by hand, JSON to float[]";

    public override string Name => Title;

    public override void Map(WebApplication app, IReadOnlyList<WireModel> models)
    {
        foreach (var model in models)
        {
            var (input, _, shape) = model.Model.Payloads[0].Inputs.Single();
            var (output, session) = (model.Model.Output, Sessions.Open(model.Model.Bytes, Environment.ProcessorCount));
            var runOptions = new RunOptions();
            app.MapPost("/hand/" + model.Key, (float[] data) =>
            {
                using var value = OrtValue.CreateTensorValueFromMemory(data, shape);
                using var outputs = session.Run(runOptions, new Dictionary<string, OrtValue> { [input] = value }, [output]);
                return outputs[0].GetTensorDataAsSpan<float>().ToArray();
            });
        }
    }

    protected override byte[] MakeRequest(WireModel model, Payload payload)
        => HttpConnection.MakePost($"/hand/{model.Key}", "application/json", Encoding.ASCII.GetBytes(RestJsonWay.MakeData(payload.Inputs.Single().Data)));

    protected override float[] ReadOutput(ReadOnlySpan<byte> body)
        => JsonSerializer.Deserialize<float[]>(body[0] == '[' ? body.ToArray() : HttpConnection.Join(body))!;
}
