// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Counts an answer as failed when reading it fails.</summary>
internal static class EventFailures
{
    public static async IAsyncEnumerable<T> WithFailures<T>(this IAsyncEnumerable<T> items, RemoteAnswer answer)
    {
        var enumerator = items.GetAsyncEnumerator();
        await using var ended = enumerator.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await enumerator.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (InferenceException exception)
            {
                throw answer.Fail(exception);
            }

            yield return enumerator.Current;
        }
    }
}
