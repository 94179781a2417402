// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.Fuzz;
using Inference.Hosting.Fuzz.Targets;

IFuzzTarget[] targets =
[
    new BytesEncodingTarget(), new GrpcRequestTarget(), new OptionsTarget(), new V2RequestTarget("v2-json"), new V2RequestTarget("v2-binary"),
    new V1RequestTarget(), new OpenAIChatTarget(), new OpenAITextTarget(),
];
var (seconds, seed, only, input) = (20, 1, (string?)null, (string?)null);
for (var i = 0; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--seconds":
            seconds = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--seed":
            seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--target":
            only = args[i + 1];
            break;
        case "--input":
            input = args[i + 1];
            break;
        default:
            return Usage();
    }
}

var chosen = targets.Where(target => only is null || target.Name == only).ToList();
if (args.Length % 2 != 0 || chosen.Count == 0 || (input is not null && chosen.Count != 1))
{
    return Usage();
}

var findings = new List<string>();
foreach (var target in chosen)
{
    var fuzzer = new Fuzzer(target, seed);
    var finding = input is not null
        ? fuzzer.Try(File.ReadAllBytes(input))
        : fuzzer.Run(TimeSpan.FromSeconds((double)seconds / chosen.Count));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{target.Name}: {fuzzer.Runs} inputs, {fuzzer.Outcomes} outcomes, seed {seed}: {finding ?? "ok"}"));
    if (finding is not null)
    {
        findings.Add($"dotnet run --project tests/Inference.Hosting.Fuzz -- --target {target.Name} --input {finding}");
    }
}

findings.ForEach(Console.WriteLine);
return findings.Count == 0 ? 0 : 1;

int Usage()
{
    Console.WriteLine($"""
        --seconds N   for all targets together; 20 unless given
        --seed N      another run; 1 unless given
        --target X    one of {string.Join(", ", targets.Select(target => target.Name))}
        --input PATH  one file again, with --target
        """);
    return 2;
}
