// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V1.Contracts;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>The routes of KServe's V1 protocol that ask a model. Its list of models is OpenAI's too, and stands there.</summary>
internal static class V1Endpoints
{
    public static void Map(InferenceRouteGroups groups, EndpointServices services)
    {
        var routes = new RouteMapper(
            new EndpointGuard(services.Logger), "V1", services.Catalog.Models.Any(model => model.Policies.Count > 0));
        var predict = new PredictEndpoint(services);
        routes.PostJsonTensors(
            groups.Inference, "/v1/models/{model}:predict", "Prediction", typeof(PredictRequestBody), typeof(PredictResponseBody), predict.PredictAsync);
        routes.PostJsonTensors(
            groups.Inference, "/v1/models/{model}:explain", "Explanation", typeof(PredictRequestBody), typeof(ExplainResponseBody), predict.ExplainAsync);
    }
}
