// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr;
using Inference.Hosting.Samples.Ocr.Imaging;
using Inference.Hosting.Samples.Ocr.Restore;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Samples.Tests.Ocr;

/// <summary>The sample as it runs for users, with its real models; or the reason why it cannot run here.</summary>
public sealed class OcrApp : IAsyncLifetime
{
    private WebApplicationFactory<OcrReader>? _factory;
    private string? _missing;

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => Factory.Services;

    private WebApplicationFactory<OcrReader> Factory
    {
        get
        {
            Assert.SkipUnless(_factory is not null, _missing ?? "");
            return _factory;
        }
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            await PackageRestorer.RestoreAsync(
                OcrModels.Package, OcrModels.Package.DefaultFolder, TestContext.Current.CancellationToken);
        }
        catch (PackageRestoreException exception)
        {
            _missing = exception.Message;
            return;
        }

        _factory = new WebApplicationFactory<OcrReader>()
            .WithWebHostBuilder(builder => builder.UseSetting("Logging:LogLevel:Default", "Error"));
        await Services.GetRequiredService<IModelCatalog>()
            .WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    public HttpClient CreateClient() => Factory.CreateClient();

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
        {
            await _factory.DisposeAsync();
        }
    }
}
