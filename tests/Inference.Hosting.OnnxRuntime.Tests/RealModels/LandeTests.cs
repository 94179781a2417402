// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.OnnxRuntime.Tests.RealModels;

[Trait("Models", "Real")]
[Trait("Suite", "Device")]
public sealed class LandeTests
{
    private static readonly (string Language, string Text)[] _sentences =
    [
        ("eng", "The train to the coast leaves every morning at half past seven."),
        ("deu", "Der Zug an die Küste fährt jeden Morgen um halb acht ab."),
        ("fra", "Le train pour la côte part tous les matins à sept heures et demie."),
        ("spa", "El tren hacia la costa sale todas las mañanas a las siete y media."),
        ("ita", "Il treno per la costa parte ogni mattina alle sette e mezza."),
        ("nld", "De trein naar de kust vertrekt elke ochtend om half acht."),
        ("pol", "Pociąg na wybrzeże odjeżdża codziennie rano o wpół do ósmej."),
        ("fin", "Juna rannikolle lähtee joka aamu puoli kahdeksalta."),
        ("hun", "A vonat minden reggel fél nyolckor indul a tengerpartra."),
        ("tur", "Sahile giden tren her sabah yedi buçukta kalkıyor."),
        ("rus", "Поезд на побережье отправляется каждое утро в половине восьмого."),
        ("ell", "Το τρένο για την ακτή φεύγει κάθε πρωί στις επτάμισι."),
    ];

    [Fact]
    public void Execute_SentencesOfTwelveLanguages_AreToldApartAloneAndBatched()
    {
        var model = LandeModel.TryRestore(out var reason);
        if (model is null)
        {
            Assert.Skip(reason);
        }

        using var engine = new TestEngine(model.Graph);
        var rows = _sentences.Select(sentence => model.Featurize(sentence.Text)).ToArray();
        var batched = engine.Run(new()
        {
            ["frequencies"] = InferenceTensor.Create(rows.SelectMany(row => row).ToArray(), rows.Length, model.Features),
        })["probabilities"].ToArray<float>();

        Assert.Equal(model.Languages, engine.Metadata.Outputs[0].Labels!);
        for (var i = 0; i < rows.Length; i++)
        {
            var alone = engine.Run(new() { ["frequencies"] = InferenceTensor.Create(rows[i], 1, model.Features) })["probabilities"].ToArray<float>();

            Assert.Equal(_sentences[i].Language, model.Languages[Array.IndexOf(alone, alone.Max())]);
            for (var j = 0; j < alone.Length; j++)
            {
                Assert.Equal(alone[j], batched[(i * alone.Length) + j], TestDevice.Tolerance);
            }
        }
    }
}
