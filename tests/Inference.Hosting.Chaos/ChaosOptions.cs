// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.Chaos;

/// <summary>What the command line says.</summary>
internal sealed record ChaosOptions
{
    public TimeSpan Time { get; private set; } = TimeSpan.FromSeconds(30);

    public long Requests { get; private set; } = long.MaxValue;

    public int Seed { get; private set; } = 1;

    public string? Report { get; private set; }

    /// <summary>Whether the chaos is run; else only the stop.</summary>
    public bool RunsChaos { get; private set; } = true;

    /// <summary>Whether the stop under load is run.</summary>
    public bool RunsStop { get; private set; } = true;

    /// <summary>Be the server that is stopped: for how long it goes on to listen after the signal. Null: be the program.</summary>
    public TimeSpan? Serve { get; private set; }

    public static string Usage => """
        --seconds N    time of the chaos; 30 unless given, unlimited with --requests alone
        --requests N   ends it after so many requests
        --seed N       another mix; 1 unless given
        --report FILE  adds the line of figures to a file
        --only PART    chaos, or stop: a process that gets SIGTERM under load; both unless given
        """;

    /// <returns>Null when it cannot be understood.</returns>
    public static ChaosOptions? Parse(string[] args)
    {
        var options = new ChaosOptions();
        var hasTime = false;
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var value = args[i + 1];
            var isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            switch (args[i])
            {
                case "--seconds" when isNumber:
                    (options.Time, hasTime) = (TimeSpan.FromSeconds(number), true);
                    break;
                case "--requests" when isNumber:
                    options.Requests = number;
                    break;
                case "--seed" when isNumber:
                    options.Seed = (int)number;
                    break;
                case "--serve" when isNumber:
                    options.Serve = TimeSpan.FromMilliseconds(number);
                    break;
                case "--report":
                    options.Report = value;
                    break;
                case "--only" when value is "chaos" or "stop":
                    (options.RunsChaos, options.RunsStop) = (value == "chaos", value == "stop");
                    break;
                default:
                    return null;
            }
        }

        if (!hasTime && options.Requests < long.MaxValue)
        {
            options.Time = TimeSpan.FromDays(1);
        }

        return args.Length % 2 == 0 ? options : null;
    }
}
