using System.Security.Cryptography;
using System.Text;
using Arena.Rules.Play;

namespace Arena.Rules.Probes;

/// <summary>
/// Which matches become probes of judges, and which two of their answers: drawn from the match's own seed, which is fixed before play and public after it, so that
/// nobody chooses and anybody can check (docs/judging.md has the whole rule).
/// </summary>
public static class ProbeDraw
{
    /// <summary>One probe a space and stretch of time, by the moment of closing; stretches start at whole multiples since 1970.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Matches of a window that are looked at, lowest tickets first.</summary>
    public const int MostLooked = 24;

    /// <summary>Probes of a space within <see cref="Memory"/> in which an agent, and all agents of an owner, may have an answer. The house's agents are not counted: what they write is part of this project.</summary>
    public const int MostOfAgent = 3, MostOfOwner = 6;

    /// <summary>UTF-16 units of a task: a longer one would be cut for judges.</summary>
    private const int MostTask = 8_000;

    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>The spaces of which probes can be made.</summary>
    public static IReadOnlyList<ISpaceRules> Spaces { get; } = [.. SpaceRegistry.All.Where(s => s.Probes is not null)];

    /// <summary>Start of the window that holds a moment.</summary>
    public static DateTimeOffset WindowOf(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds() / (long)Window.TotalMilliseconds * (long)Window.TotalMilliseconds);

    /// <summary>A match's place in its window's queue: the lowest comes first. The first word of the draws stream "probe".</summary>
    /// <param name="seed">32 bytes.</param>
    public static ulong Ticket(ReadOnlySpan<byte> seed) => Stream(seed).NextWord();

    /// <summary>
    /// Draws two answers: of all pairs of players whose worths are clearly apart and whose answers are plain and differ, one (ordered by the lower, then the higher player),
    /// then the side; draws two and three of the stream.
    /// </summary>
    /// <param name="barred">Players that have been in enough probes.</param>
    /// <returns>Null where no pair is clear, or the space makes no probes.</returns>
    public static ProbePair? Pair(MatchSetup setup, PlayedMatch match, IReadOnlySet<int> barred)
    {
        if (setup.Rules.Probes is not { } terms || match.Games is not [var game])
        {
            return null;
        }
        var seats = game.Seats.Count;
        var answers = game.Turns.Where(t => t.Did is not null).ToDictionary(t => t.Seat, t => t.Did!);
        var start = setup.Rules.Start(new Draws(setup.Seed, $"deal/{game.Deal}"), seats);
        var worths = terms.Worths(setup.Rules.Apply(start, answers));
        var (task, entries) = setup.Rules.Present(setup, match);
        if (task.Length > MostTask)
        {
            return null;
        }
        var worthOf = Enumerable.Range(0, seats).ToDictionary(seat => game.Seats[seat], seat => worths[seat]);
        var usable = worthOf.Keys.Where(p => worthOf[p] is not null && !barred.Contains(p) && PlainAnswer.IsPlain(entries[p])).Order().ToList();
        var clear = (from one in usable from other in usable where one < other && Math.Abs(worthOf[one]!.Value - worthOf[other]!.Value) >= terms.Lead - 1e-9 && Squeezed(entries[one]) != Squeezed(entries[other]) select (one, other)).ToList();
        if (clear.Count == 0)
        {
            return null;
        }
        var draws = Stream(setup.Seed);
        draws.NextWord();
        var (a, b) = draws.Pick(clear);
        var (better, worse) = worthOf[a] > worthOf[b] ? (a, b) : (b, a);
        return new(better, worse, worthOf[better]!.Value - worthOf[worse]!.Value, task, entries[better], entries[worse], draws.Next(2));
    }

    /// <summary>The same two answers to the same task have the same id, whoever gave them: they are a probe once.</summary>
    public static Guid Id(string space, ProbePair pair) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"arena-probe-v1\0{space}\0{pair.Task}\0{Squeezed(pair.BetterText)}\0{Squeezed(pair.WorseText)}")).AsSpan(0, 16));

    private static Draws Stream(ReadOnlySpan<byte> seed) => new(seed, "probe");

    private static string Squeezed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
}
