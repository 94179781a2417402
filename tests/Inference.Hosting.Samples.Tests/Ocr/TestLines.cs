// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Tests.Ocr;

/// <summary>Fifty lines as they stand on signs, receipts, letters and labels.</summary>
/// <remarks>German without the letters that the recognizer's alphabet lacks (ö, ß, Ä, Ö).</remarks>
internal static class TestLines
{
    public static IReadOnlyList<string> All { get; } =
    [
        "The quick brown fox jumps over the lazy dog.",
        "Platform 9, departure at 14:05",
        "Total: $1,249.99",
        "Please do not lean out of the window!",
        "Der Zug nach Hamburg hat heute 12 Minuten Verspätung.",
        "Bitte die Türen leise zumachen",
        "Invoice No. 2026-11-0472",
        "Open Monday to Friday, 8 am - 6 pm",
        "Zutritt nur mit gültigem Ausweis",
        "Rechnung vom 24. November 2026",
        "Fresh bread, butter and honey",
        "IBAN DE89 3704 0044 0532 0130 00",
        "www.example.org/contact",
        "support@example.com",
        "Wer zuletzt lacht, lacht am besten.",
        "Room 417 is on the fourth floor.",
        "Handle with care: FRAGILE",
        "NET WEIGHT 500 g",
        "Mindestens haltbar bis Ende 2027",
        "She sells sea shells by the sea shore.",
        "Speed limit 30 km/h",
        "EXIT",
        "Keep refrigerated at 2-8 degrees",
        "Auf Wiedersehen und gute Reise!",
        "Chapter 3: A Long Way Home",
        "What is the answer to 6 x 7?",
        "Serial number: QX-7781-KLM",
        "Gate B22",
        "Heute frische Erdbeeren, 500 g nur 2,99",
        "Two tickets for the evening show, row 12",
        "Vorsicht Stufe",
        "Version 10.0.401 (stable)",
        "Nothing is as practical as a good theory.",
        "Take one tablet twice a day after meals.",
        "Die Sitzung beginnt um 9:30 Uhr in Raum 204.",
        "WARNING: high voltage",
        "Thank you for your visit",
        "Pack my box with five dozen liquor jugs.",
        "Tel. +49 30 1234567",
        "Keine Werbung einwerfen",
        "Model A1278, made in Germany",
        "Subtotal 48.20, tax 9.16, total 57.36",
        "Lost and found: ground floor, left",
        "Morgenstund hat Gold im Mund.",
        "Battery 87% charged",
        "Sphinx of black quartz, judge my vow",
        "Einfahrt Tag und Nacht freihalten",
        "Lat 52.5200 N, Lon 13.4050 E",
        "Coffee to go 2.50",
        "Danke, dass Sie nicht rauchen",
    ];
}
