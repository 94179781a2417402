// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>The models that a caller may use. One path for two kinds of client: each finds its own properties and skips the others.</summary>
internal sealed class ModelsEndpoint(EndpointServices services)
{
    private readonly long _created = services.Time.GetUtcNow().ToUnixTimeSeconds();
    private readonly bool _hasV1 = services.Options.EnableV1;

    public async Task ListAsync(HttpContext context)
    {
        OpenAIHeaders.Prepare(context, services.Time);
        List<ModelBody> data = [];
        List<string> names = [];
        foreach (var model in services.Catalog.Models)
        {
            if (await ModelAccess.IsVisibleAsync(context, model))
            {
                names.Add(model.Name);
                data.AddRange(model.Aliases.Prepend(model.Name).Select(id => Describe(id, model)));
            }
        }

        await JsonBody.WriteAsync(context, new ModelListBody("list", data, _hasV1 ? names : null), OpenAIJsonContext.Wire.ModelListBody);
    }

    public async Task GetAsync(HttpContext context)
    {
        OpenAIHeaders.Prepare(context, services.Time);
        var id = RouteNames.Get(context, RouteNames.Model);
        var model = services.Models.Find(id);
        if (!await ModelAccess.IsAllowedAsync(context, model))
        {
            return;
        }

        var body = Describe(id!, model);
        if (_hasV1)
        {
            body = body with { Name = model.Name, Ready = model.IsReady };
            if (!model.IsReady)
            {
                // As on V1's other routes: a body with an error, and its status.
                var notReady = ModelAccess.NotReady(model, null);
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = ErrorTable.GetRetryAfterSeconds(notReady)?.ToString(CultureInfo.InvariantCulture);
                body = body with { Error = notReady.Message };
            }
        }

        await JsonBody.WriteAsync(context, body, OpenAIJsonContext.Wire.ModelBody);
    }

    private ModelBody Describe(string id, ModelInfo model) => new(id, "model", _created, "inference-hosting", model.Name)
    {
        MaxModelLength = ModelKinds.FindMaxTokens(services.Catalog, model.Name),
    };
}
