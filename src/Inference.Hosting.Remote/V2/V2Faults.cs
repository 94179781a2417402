// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.Remote.V2;

/// <summary>The words for what V2 servers answer. They reach clients: of a server they hold its text about a request, never its address.</summary>
internal static class V2Faults
{
    // Long enough for a list of names, too short for a stack trace.
    private const int MostText = 500;

    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The request is wrong, as the server says.</summary>
    public static InferenceException Invalid(string? text) => new(
        InferenceErrorCode.InvalidInput,
        Clean(text) ?? "The server behind the model refuses the request and does not say why: compare it with the model's metadata.");

    public static InferenceException Unsupported(string? text) => new(
        InferenceErrorCode.Unsupported, Clean(text) ?? "The server behind the model cannot do what was asked.");

    public static InferenceException TooLarge() => new(
        InferenceErrorCode.PayloadTooLarge, "The request is larger than the server behind the model takes: send it in parts.");

    public static InferenceException Late() => new(
        InferenceErrorCode.DeadlineExceeded, "The server behind the model had not answered in time: allow more time, or try again later.");

    public static InferenceException Busy(TimeSpan? retryAfter)
    {
        var wait = retryAfter ?? _retryAfter;
        return new(
            InferenceErrorCode.QueueFull,
            string.Create(CultureInfo.InvariantCulture, $"The server behind the model has more to do than it queues: try again in {wait.TotalMilliseconds:0} ms."))
        {
            RetryAfter = wait,
        };
    }

    /// <summary>The server does not know the model or version, or not any more.</summary>
    public static InferenceException Missing(RemoteModel model) => Missing(model.Name, model.Version);

    /// <inheritdoc cref="Missing(RemoteModel)"/>
    public static InferenceException Missing(string model, string? version) => Unavailable(
        version is null
            ? $"The server behind the model does not serve '{model}'."
            : $"The server behind the model does not serve version '{version}' of '{model}'.",
        null);

    public static InferenceException NotReady(TimeSpan? retryAfter = null)
        => Unavailable("The server behind the model says that it is not ready: try again later.", retryAfter);

    public static InferenceException Refused()
        => Unavailable("The server behind the model refuses the key that this app sends: its owner has to set another.", null);

    public static InferenceException Failed(string? text) => new(
        InferenceErrorCode.EngineFailed,
        "The server behind the model failed on this request: check its inputs.",
        text is null ? null : new InvalidOperationException(text));

    /// <summary>The server's answer cannot be used.</summary>
    public static InferenceException BadAnswer(string fault, Exception? cause = null)
        => new(InferenceErrorCode.EngineFailed, $"The answer of the server behind the model cannot be used: {fault}.", cause);

    public static InferenceException Unreachable(Exception cause) => new(
        InferenceErrorCode.NotReady, "The server behind the model cannot be reached: try again later.", cause) { RetryAfter = _retryAfter };

    private static InferenceException Unavailable(string text, TimeSpan? retryAfter)
        => new(InferenceErrorCode.NotReady, text) { RetryAfter = retryAfter ?? _retryAfter };

    // One line: what follows it in the texts of servers is a stack trace.
    private static string? Clean(string? text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.IsEmpty ? null : line.Length <= MostText ? line.ToString() : $"{line[..MostText]}…";
    }
}
