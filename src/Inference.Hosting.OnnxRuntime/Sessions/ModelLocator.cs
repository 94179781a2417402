// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Finds the graph of a path that names a file or an exported folder.</summary>
internal static class ModelLocator
{
    /// <summary>The full path that a configured one means: an existing file or folder, or the first place that was looked at.</summary>
    /// <param name="path">As configured.</param>
    /// <param name="contentRoot">The app's content root, or null outside a host.</param>
    public static string Resolve(string path, string? contentRoot)
    {
        var first = Path.GetFullPath(path, contentRoot ?? Environment.CurrentDirectory);
        if (Exists(first))
        {
            return first;
        }

        // Models that are copied to the output folder lie beside the app's own files.
        var beside = Path.GetFullPath(path, AppContext.BaseDirectory);
        return Exists(beside) ? beside : first;
    }

    /// <summary>The graph's file.</summary>
    /// <param name="path">A full path.</param>
    /// <exception cref="InferenceException">Nothing there, or a choice that is not ours; the message holds no path.</exception>
    public static string FindGraph(string path)
    {
        if (File.Exists(path))
        {
            return path;
        }

        if (!Directory.Exists(path))
        {
            throw NotReady("The model's file or folder does not exist. The log has its path; relative paths start at the app's content root.");
        }

        foreach (var usual in new[] { "model.onnx", Path.Combine("onnx", "model.onnx") })
        {
            if (File.Exists(Path.Combine(path, usual)))
            {
                return Path.Combine(path, usual);
            }
        }

        return Directory.GetFiles(path, "*.onnx") switch
        {
            [var only] => only,
            [] => throw NotReady("The model's folder has no model.onnx, no onnx/model.onnx and no other .onnx file. The log has its path."),
            var several => throw NotReady(
                $"The model's folder has several graphs: {string.Join(", ", several.Select(Path.GetFileName).Order(StringComparer.Ordinal))}. Name one of the files, or call it model.onnx."),
        };
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static InferenceException NotReady(string message) => new(InferenceErrorCode.NotReady, message);
}
