// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>2: an app that was there before gets a search by meaning.</summary>
internal static class EmbeddingsProgram
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton<NoteSearch>();
        builder.Services.AddEmbeddingModel("minilm")
            .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(new WordEmbeddings()))
            .AsDefault();

        var app = builder.Build();
        app.MapPost("/notes", (Note note, NoteSearch search, CancellationToken cancellationToken) => search.AddAsync(note, cancellationToken));
        app.MapGet("/notes", (string query, NoteSearch search, CancellationToken cancellationToken) => search.FindAsync(query, cancellationToken));
        return app;
    }

    internal sealed record Note(string Text);

    internal sealed class NoteSearch(IEmbeddingModel model)
    {
        private readonly Lock _lock = new();
        private readonly List<(Note Note, ReadOnlyMemory<float> Vector)> _notes = [];

        public async Task AddAsync(Note note, CancellationToken cancellationToken)
        {
            var vector = await EmbedAsync(note.Text, cancellationToken);
            lock (_lock)
            {
                _notes.Add((note, vector));
            }
        }

        public async Task<Note?> FindAsync(string query, CancellationToken cancellationToken)
        {
            var vector = await EmbedAsync(query, cancellationToken);
            lock (_lock)
            {
                return _notes.OrderByDescending(item => Similarity(item.Vector.Span, vector.Span)).FirstOrDefault().Note;
            }
        }

        private async Task<ReadOnlyMemory<float>> EmbedAsync(string text, CancellationToken cancellationToken)
            => (await model.EmbedAsync(new EmbeddingRequest { Inputs = [text] }, cancellationToken)).Embeddings[0].Vector;

        private static float Similarity(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
        {
            var sum = 0f;
            for (var i = 0; i < left.Length; i++)
            {
                sum += left[i] * right[i];
            }

            return sum;
        }
    }

    /// <summary>Stands in for a model: texts with words in common are near each other.</summary>
    internal sealed class WordEmbeddings : IEmbeddingModel
    {
        public EmbeddingModelInfo? Info { get; } = new() { Dimensions = 64 };

        public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
            => new(new EmbeddingResult { Embeddings = [.. request.Inputs.Select(input => new TextEmbedding(Embed(input.Text)))] });

        private static float[] Embed(string text)
        {
            var vector = new float[64];
            foreach (var word in text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                vector[word.Aggregate(17, (hash, letter) => (hash * 31) + letter) & 63] = 1;
            }

            var length = MathF.Sqrt(vector.Sum());
            return [.. vector.Select(value => length == 0 ? 0 : value / length)];
        }
    }
}
