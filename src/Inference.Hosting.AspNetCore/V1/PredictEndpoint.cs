// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary><c>POST …:predict</c> and <c>…:explain</c>: from instances to calls of the model, and back.</summary>
internal sealed class PredictEndpoint(EndpointServices services)
{
    public Task PredictAsync(HttpContext context) => MeasureAsync(context, isExplain: false);

    public Task ExplainAsync(HttpContext context) => MeasureAsync(context, isExplain: true);

    private async Task MeasureAsync(HttpContext context, bool isExplain)
    {
        var door = DoorMeasure.Start(services);
        try
        {
            await AnswerAsync(context, door, isExplain);
        }
        catch (InferenceException exception) when (door is { IsAsked: false })
        {
            door.Refused(exception.Code);
            throw;
        }
    }

    private async Task AnswerAsync(HttpContext context, DoorMeasure? door, bool isExplain)
    {
        var deadline = services.FindDeadline();

        // (1) Whom is it for, and may the caller? Before a byte of the body is read.
        var model = services.Models.Find(RouteNames.Get(context, RouteNames.Model));
        if (!await ModelAccess.IsAllowedAsync(context, model))
        {
            return;
        }

        door?.Found(model, null);
        var version = services.Models.FindServing(model, null);
        LoadMetricsHeader.Prepare(context, version);
        var tensors = services.Catalog.GetCapability<ITensorModel>(model.Name);
        var metadata = (tensors is null ? version.Metadata : ModelAccess.MetadataOf(tensors, version)) ?? throw TakesNoTensors(model);
        var ask = isExplain ? FindExplainer(model) : FindPredictor(tensors ?? throw TakesNoTensors(model));

        // (2) Read. The request owns the tensors' memory until the answer is written, because outputs may be views of inputs.
        using var request = new V1Request(metadata);
        await using (var body = BodyReader.Open(context, services.Options, services.Receiving, services.Time))
        {
            await V1RequestReader.ReadAsync(request, body, services.Options);
        }

        var calls = V1Calls.Make(request, services.Options);
        foreach (var call in calls)
        {
            services.Headers.Apply(context.Request, call.Request);
        }

        // (3) Call; several calls are one request, and so get one version. (4) Answer.
        door?.Asked();
        var ambient = services.CreateContext(context, 0, model.Name, calls.Count > 1 && version == model.Default ? version.Version : null, deadline);
        var answers = await CallAsync(calls, ask, ambient, context.RequestAborted);
        try
        {
            FallbackHeader.Write(context.Response, answers.Length > 0 ? answers[0].Predictions.Timing.Model : null);
            if (TimingHeader.IsWanted(context.Request))
            {
                context.Response.Headers[TimingHeader.Name] = TimingHeader.Format(
                    answers.Select(answer => answer.Predictions.Timing).MaxBy(timing => timing.Queue + timing.Compute));
            }

            using var writer = new V1ResponseWriter(context, metadata, calls, answers);
            await writer.WriteAsync();
        }
        finally
        {
            Array.ForEach(answers, answer => answer.Owner.Dispose());
        }
    }

    private static async Task<V1Answer[]> CallAsync(
        IReadOnlyList<V1Call> calls,
        Func<InferenceRequest, CancellationToken, ValueTask<V1Answer>> ask,
        InferenceContext ambient,
        CancellationToken cancellationToken)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<V1Answer>[] tasks;

        // The context need not outlive the start of the calls: what the model starts in it has captured it.
        using (InferenceContext.Use(ambient))
        {
            tasks = [.. calls.Select(call => AskAsync(call.Request))];
        }

        await ((Task)Task.WhenAll(tasks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (tasks.All(task => task.IsCompletedSuccessfully))
        {
            return [.. tasks.Select(task => task.Result)];
        }

        foreach (var task in tasks.Where(task => task.IsCompletedSuccessfully))
        {
            task.Result.Owner.Dispose();
        }

        // The first to fail, not those that were cancelled because of it.
        await (tasks.FirstOrDefault(task => task.IsFaulted) ?? tasks.First(task => task.IsCanceled));
        throw new InvalidOperationException("A call failed, and awaiting it did not throw.");

        async Task<V1Answer> AskAsync(InferenceRequest request)
        {
            try
            {
                return await ask(request, rest.Token);
            }
            catch
            {
                await rest.CancelAsync();
                throw;
            }
        }
    }

    private static Func<InferenceRequest, CancellationToken, ValueTask<V1Answer>> FindPredictor(ITensorModel tensors)
        => async (request, cancellationToken) =>
        {
            var response = await tensors.InferAsync(request, cancellationToken);
            return new V1Answer(response, null, response);
        };

    private Func<InferenceRequest, CancellationToken, ValueTask<V1Answer>> FindExplainer(ModelInfo model)
    {
        var explainer = services.Catalog.GetCapability<IExplainer>(model.Name) ?? throw new InferenceException(
            InferenceErrorCode.Unsupported, $"Model '{model.Name}' cannot explain its predictions. Ask it with :predict.");
        return async (request, cancellationToken) =>
        {
            var explanation = await explainer.ExplainAsync(request, cancellationToken);
            return new V1Answer(explanation.Predictions, explanation.Explanations, explanation);
        };
    }

    private static InferenceException TakesNoTensors(ModelInfo model)
        => new(InferenceErrorCode.Unsupported, $"Model '{model.Name}' does not take tensors, so V1 cannot call it.");
}
