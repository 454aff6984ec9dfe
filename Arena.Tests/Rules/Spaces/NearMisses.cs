using System.Globalization;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Tests.Rules.Spaces;

/// <summary>Texts beside the legal actions: of the right form, and wrong by one, by a rule, or by the moment.</summary>
internal static class NearMisses
{
    private static readonly string[] Squares = [.. from file in "abcdefgh" from rank in "12345678" select $"{file}{rank}"];
    private static readonly string[] Moves = [.. from a in Squares from b in Squares select a + b];

    private static readonly string[] Everywhere =
    [
        .. Numbers(-2, 130), .. Squares,
        "fold", "call", "raise", "check", "bet", "pass", "draw", "resign", "0-0", "all-in", "liar", "hold", "buy", "sell", "buy 1", "sell 1", "raise 2", "3 5",
    ];

    private static readonly Dictionary<string, string[]> Own = new()
    {
        ["breakthrough"] = [.. Moves, .. Moves.Where(m => m[3] is '1' or '8').Select(m => m + "q")],
        // Promotions of any piece, from any square.
        ["chess"] = [.. Moves, .. Moves.Select(m => m + "q"), .. Moves.Where(m => m[1] is '2' or '7' && m[3] is '1' or '8').SelectMany(m => "rbnkpQ".Select(piece => m + piece)), "e1c1", "e1g1", "O-O", "O-O-O"],
        ["holdem"] = [.. Numbers(-1, 203).SelectMany(n => new[] { $"raise {n}", $"bet {n}", $"call {n}" }), "raise 02", "raise 1000000", "raise 99999999999"],
        ["liars-dice"] = [.. from count in Numbers(0, 24) from face in Numbers(0, 8) select $"{count} {face}", .. Numbers(1, 9).Select(n => $"0{n} 4")],
        ["tradewars"] = [.. Numbers(-1, 203).SelectMany(n => new[] { $"buy {n}", $"sell {n}", $"hold {n}" }), "buy 01", "sell 1000000"],
    };

    /// <summary>The legal ones, and their neighbours.</summary>
    public static IEnumerable<string> Of(string slug, IReadOnlyList<string> legal) => legal.Concat(Everywhere).Concat(Own.GetValueOrDefault(slug, [])).Distinct();

    /// <summary>The legal actions, or null where they can't be listed. Hold'em tells its raises as a range in the JSON.</summary>
    public static IReadOnlyList<string>? Listed(ISpaceRules rules, IGameState state, int seat)
    {
        var seen = rules.Observe(state, seat);
        if (seen.Legal is not null || seen.Json["options"] is not JsonObject options)
        {
            return seen.Legal;
        }
        string[] raises = options["minRaise"] is { } least ? [.. Enumerable.Range(least.GetValue<int>(), options["maxRaise"]!.GetValue<int>() - least.GetValue<int>() + 1).Select(n => $"raise {n}")] : [];
        return options["toCall"]!.GetValue<int>() > 0 ? ["call", "fold", .. raises] : ["check", .. raises];
    }

    private static IEnumerable<string> Numbers(int from, int to) => Enumerable.Range(from, to - from + 1).Select(n => n.ToString(CultureInfo.InvariantCulture));
}
