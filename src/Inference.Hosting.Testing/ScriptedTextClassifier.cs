// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>A text classifier with numbers that any test can expect: equal inputs have equal scores. Thread-safe.</summary>
/// <remarks>An input has a token for each byte in UTF-8.</remarks>
public sealed class ScriptedTextClassifier : ITextClassifier
{
    private readonly Func<string, string?, float[]> _logits;
    private readonly IReadOnlyList<string> _labels;
    private ClassificationRequest? _last;

    /// <summary>A classifier whose logits are computed from the texts.</summary>
    /// <param name="labels">Names of its classes, at least one.</param>
    public ScriptedTextClassifier(params string[] labels)
        : this((first, second) => ScriptedNumbers.Vector($"{first}\n{second}", labels.Length), labels)
    {
    }

    /// <summary>A classifier whose logits the test gives.</summary>
    /// <param name="logits">From the first and the second text, if there is one, to a logit for each label; must be thread-safe. An exception it throws is the caller's.</param>
    /// <param name="labels">Names of its classes, at least one.</param>
    public ScriptedTextClassifier(Func<string, string?, float[]> logits, params string[] labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfZero(labels.Length, nameof(labels));
        (_logits, _labels) = (logits, labels);
        Info = new TextClassifierInfo { Features = ScriptedFeatures.Text, Labels = labels };
    }

    /// <inheritdoc cref="ScriptedEmbeddingModel.Info"/>
    public TextClassifierInfo? Info { get; set; }

    /// <summary>Whether classes do not exclude each other: scores are then a sigmoid each, in place of a softmax.</summary>
    /// <value>False by default.</value>
    public bool IsMultiLabel { get; set; }

    /// <inheritdoc cref="ScriptedChatModel.Calls"/>
    public ScriptedCalls Calls { get; } = new();

    /// <inheritdoc cref="ScriptedChatModel.LastRequest"/>
    public ClassificationRequest? LastRequest => Volatile.Read(ref _last);

    /// <inheritdoc/>
    public ValueTask<ClassificationResult> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Volatile.Write(ref _last, request);
        return Calls.RunAsync(() => Classify(request), cancellationToken);
    }

    private ClassificationResult Classify(ClassificationRequest request)
    {
        var info = Info ?? throw ScriptedFeatures.NotLoaded();
        info.Features.EnsureSupports(request.RequiredFeatures);
        var classifications = new TextClassification[request.Inputs.Count];
        for (var i = 0; i < classifications.Length; i++)
        {
            var input = request.Inputs[i];
            var (kept, cut) = ScriptedTokens.Fit(ScriptedTokens.Count(input), info.MaxInputTokens, request.Truncation, "input");
            var second = input.Second is { } text ? ScriptedTokens.TextOf(text) : null;
            classifications[i] = new TextClassification(Scores(_logits(ScriptedTokens.TextOf(input.First), second), request.RawScores))
            {
                TokenCount = kept,
                TruncatedTokens = cut,
            };
        }

        return new ClassificationResult
        {
            Classifications = classifications,
            Labels = _labels,
            IsMultiLabel = IsMultiLabel,
            Usage = new TokenUsage
            {
                PromptTokens = classifications.Sum(classification => classification.TokenCount),
                TruncatedTokens = classifications.Sum(classification => classification.TruncatedTokens),
            },
        };
    }

    private float[] Scores(float[] logits, bool raw)
        => raw ? logits : IsMultiLabel ? [.. logits.Select(ScriptedNumbers.Sigmoid)] : ScriptedNumbers.Softmax(logits);
}
