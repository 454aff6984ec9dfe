using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Transcripts;

namespace Arena.Rules.Spaces.Holdem;

/// <summary>Stakes and length of a session.</summary>
/// <param name="SmallBlind">Chips the button posts, 1 or more.</param>
/// <param name="BigBlind">Chips the other posts, the least bet; at least the small blind.</param>
/// <param name="Stack">Chips of each player at the start of every hand, two big blinds to 1,000,000.</param>
/// <param name="Hands">Hands in a game, 2 to 100; even, so that each player has the button equally often.</param>
public sealed record HoldemStakes(int SmallBlind, int BigBlind, int Stack, int Hands)
{
    public const int MostStack = 1_000_000;
    public const int MostHands = 100;

    /// <summary>What is played where a match has no material.</summary>
    public static HoldemStakes Usual { get; } = new(1, 2, 200, 12);

    /// <summary>Why these stakes can't be played, or null.</summary>
    public string? Problem =>
        SmallBlind < 1 ? $"The small blind is at least 1 chip; it can't be {Text(SmallBlind)}."
        : BigBlind < SmallBlind ? $"The big blind ({Text(BigBlind)}) is at least the small blind ({Text(SmallBlind)})."
        : Stack < 2L * BigBlind || Stack > MostStack ? $"A stack has two big blinds ({Text(2L * BigBlind)}) to {Text(MostStack)} chips; it can't be {Text(Stack)}."
        : Hands < 2 || Hands > MostHands || Hands % 2 != 0 ? $"A game has an even number of hands, 2 to {Text(MostHands)}; it can't be {Text(Hands)}."
        : null;

    /// <summary>The stakes as a match's material, canonical JSON {"bigBlind":n,"hands":n,"smallBlind":n,"stack":n}; null for the usual ones, which need none.</summary>
    public string? Material => this == Usual ? null : Encoding.UTF8.GetString(CanonicalJson.Write(new JsonObject
    {
        ["smallBlind"] = SmallBlind,
        ["bigBlind"] = BigBlind,
        ["stack"] = Stack,
        ["hands"] = Hands,
    }));

    /// <summary>Reads a material back.</summary>
    /// <exception cref="FormatException">It is not stakes that can be played: which part and why. The usual stakes too: a match has one transcript.</exception>
    public static HoldemStakes Of(JsonObject material)
    {
        int Number(string name) => material[name] is JsonValue v && v.TryGetValue<int>(out var number) ? number : throw new FormatException($"The material's {name} is no whole number.");
        var stakes = new HoldemStakes(Number("smallBlind"), Number("bigBlind"), Number("stack"), Number("hands"));
        return material.Count != 4 ? throw new FormatException("The material is not stakes: it has smallBlind, bigBlind, stack and hands, nothing else.")
            : stakes == Usual ? throw new FormatException("The usual stakes are played without material.")
            : stakes.Problem is { } problem ? throw new FormatException(problem)
            : stakes;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
