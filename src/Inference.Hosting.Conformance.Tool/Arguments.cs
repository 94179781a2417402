// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.Conformance.Tool;

/// <summary>The arguments of a check.</summary>
internal sealed record Arguments(ConformanceOptions Options, string? Json, bool IsQuiet)
{
    public const string Help = """
        Checks a V2 server (Open Inference Protocol) against the text of the protocol, statement by statement.

          v2-conformance URL [options]       check the server whose REST routes begin at URL (without /v2)
          v2-conformance models DIR          write the four models that deeper statements need, as a model repository
          v2-conformance statements          list all statements

        Options
          --rest URL          the REST address, as the first argument
          --grpc URL          the gRPC address; http:// means clear text
          --model NAME        a model to call with inputs made from its metadata; may be given several times.
                              Without one, the repository index is asked, and the four models are tried.
          --header NAME:VALUE a header of every call, for example Authorization; may be given several times
          --timeout SECONDS   how long a call may take (30)
          --allow-unload      may unload and load again one of the four models
          --json FILE         also write the report as JSON
          --quiet             print what fails or differs, and the counts

        holds, FAILS: the text requires it.  differs: recommended, and the server does otherwise.  not checked: with the reason.
        Exit code: 0 all that is required and could be checked holds; 1 something fails; 2 wrong arguments, or nobody answers.
        """;

    /// <summary>Reads arguments.</summary>
    /// <exception cref="ArgumentException">One is unknown or wrong; the message says which.</exception>
    public static Arguments Parse(string[] args)
    {
        Uri? rest = null, grpc = null;
        string? json = null;
        var (timeout, unload, quiet) = (30d, false, false);
        List<string> models = [];
        Dictionary<string, string> headers = [];
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--rest":
                    rest = Address(Next(args, ref i));
                    break;
                case "--grpc":
                    grpc = Address(Next(args, ref i));
                    break;
                case "--model":
                    models.Add(Next(args, ref i));
                    break;
                case "--header":
                    var (name, value) = Header(Next(args, ref i));
                    headers[name] = value;
                    break;
                case "--timeout":
                    timeout = Seconds(Next(args, ref i));
                    break;
                case "--json":
                    json = Next(args, ref i);
                    break;
                case "--allow-unload":
                    unload = true;
                    break;
                case "--quiet":
                    quiet = true;
                    break;
                case var address when i == 0 && !address.StartsWith('-'):
                    rest = Address(address);
                    break;
                case var unknown:
                    throw new ArgumentException($"'{unknown}' is not known; see v2-conformance --help.");
            }
        }

        var options = new ConformanceOptions
        {
            RestAddress = rest,
            GrpcAddress = grpc,
            Models = models,
            Headers = headers,
            CallTimeout = TimeSpan.FromSeconds(timeout),
            AllowUnload = unload,
        };
        return rest is null && grpc is null
            ? throw new ArgumentException("No address: give the REST address, --grpc URL or both.")
            : new Arguments(options, json, quiet);
    }

    private static string Next(string[] args, ref int i)
        => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");

    private static Uri Address(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw new ArgumentException($"'{text}' is no address that begins with http:// or https://.");

    private static (string Name, string Value) Header(string text)
        => text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            ? (text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new ArgumentException($"'{text}' is no header; write NAME:VALUE.");

    private static double Seconds(string text)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 86_400
            ? seconds
            : throw new ArgumentException($"'{text}' is no number of seconds.");
}
