// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Graphs;
using Inference.Hosting.OnnxRuntime.Sessions;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.OnnxRuntime;

/// <summary>Loads a graph on its devices, or on those that the owner allowed instead.</summary>
/// <param name="model">The name of the model.</param>
/// <param name="version">The version.</param>
/// <param name="options">Validated options.</param>
/// <param name="logger">Gets what clients must not see: paths, and ONNX Runtime's own words.</param>
internal sealed class OnnxEngineLoader(string model, string version, OnnxRuntimeOptions options, ILogger logger)
{
    /// <exception cref="InferenceException">What is wrong and what to do, without paths.</exception>
    public OnnxEngine Load(ModelSource source, CancellationToken cancellationToken)
    {
        var sessions = new List<OnnxSession>();
        try
        {
            // 1. One session per device.
            var factory = new SessionFactory($"{model}/{version}", source, options, logger);
            OnnxDevice[] wanted = [.. (options.Devices.Count > 0 ? options.Devices : [options.Device]).Select(OnnxDevice.Parse)];
            var fallbacks = new List<string>();
            foreach (var device in wanted)
            {
                sessions.Add(CreateOrFallBack(factory, device, fallbacks, cancellationToken));
            }

            // 2. What the graph says.
            var graph = OnnxMetadataReader.Read(sessions[0].Native);
            if (fallbacks.Count > 0)
            {
                graph = graph with
                {
                    Properties = new Dictionary<string, string>(graph.Properties) { ["onnxruntime.fallback"] = string.Join(", ", fallbacks) },
                };
            }

            var axes = BatchAxes.Find(graph, options.BatchAxes.AsReadOnly());
            var labels = LabelReader.Read(graph.Properties, Path.GetDirectoryName(source.Path));
            var devices = sessions.Select(session => session.Device.ToPublicString()).ToArray();
            var metadata = MetadataBuilder.Build(model, version, graph, labels) with
            {
                Devices = devices,
                RequestedDevices = Array.ConvertAll(wanted, device => device.ToPublicString()),
            };

            // 3. Axes that symbols tell are facts at once; others wait for an instance.
            if (axes.Exist && !axes.NeedsProof)
            {
                metadata = MetadataBuilder.WithBatchAxes(metadata, axes);
            }

            logger.ModelLoaded(model, version, string.Join(", ", devices), source.Description, OrtEnvironment.NativeVersion);
            return new(metadata, graph, axes, [.. sessions], options.IntraOpThreads, GraphSkim.MeasureFiles(source) * sessions.Count, logger);
        }
        catch (InferenceException exception)
        {
            logger.ModelLoadFailed(exception, model, version, source.Description);
            sessions.ForEach(session => session.Release());
            throw;
        }
        catch
        {
            sessions.ForEach(session => session.Release());
            throw;
        }
    }

    private OnnxSession CreateOrFallBack(
        SessionFactory factory, OnnxDevice wanted, List<string> fallbacks, CancellationToken cancellationToken)
    {
        var rest = new Queue<string>(options.Fallback.Where(text => text != wanted.ToString()));
        var device = wanted;
        var firstError = (InferenceException?)null;
        while (true)
        {
            try
            {
                var session = factory.Create(device, cancellationToken);
                if (device != wanted)
                {
                    fallbacks.Add($"{wanted.ToPublicString()} -> {device.ToPublicString()}");
                    logger.DeviceFallback(model, wanted, device, firstError!.Message);
                }

                return session;
            }
            catch (InferenceException exception) when (rest.Count > 0)
            {
                firstError ??= exception;
                device = OnnxDevice.Parse(rest.Dequeue());
            }
            catch (InferenceException exception) when (firstError is not null)
            {
                throw new InferenceException(
                    exception.Code, $"{firstError.Message} The fallback '{device.ToPublicString()}' failed, too: {exception.Message}", exception);
            }
        }
    }
}
