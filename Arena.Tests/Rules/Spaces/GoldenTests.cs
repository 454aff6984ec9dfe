using System.Runtime.CompilerServices;
using System.Text;
using Arena.Rules;
using Arena.Rules.Play;

namespace Arena.Tests.Rules.Spaces;

/// <summary>
/// One match of each space as text, checked in: any change of rules, draws, prompts, views, transcripts or hashes shows up as a
/// difference. ARENA_GOLDEN=write in the environment writes them anew; a difference that could alter a match raises RulesVersion.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Slugs => [.. SpaceRegistry.All.Select(s => s.Card.Slug)];

    [Theory]
    [MemberData(nameof(Slugs))]
    public void AMatchPlaysAsItDidWhenItWasCheckedIn(string slug)
    {
        var path = Path.Combine(Folder(), slug + ".txt");
        var played = Playthrough(SpaceRegistry.Find(slug)!);
        if (Environment.GetEnvironmentVariable("ARENA_GOLDEN") == "write")
        {
            File.WriteAllText(path, played);
        }
        Assert.Equal(File.ReadAllText(path), played);
    }

    [Fact]
    public void ThereIsAPlaythroughForEachSpaceAndNoOther() =>
        Assert.Equal(SpaceRegistry.All.Select(s => s.Card.Slug).Order(), Directory.GetFiles(Folder(), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)!).Order());

    private static string Playthrough(ISpaceRules rules)
    {
        var text = new StringBuilder();
        var play = new MatchPlay(MadeMatches.Setup(rules, seed: 42));
        text.Append($"{rules.Card.Slug}, rules version {rules.Card.RulesVersion}, seed 2a00...\n");
        while (!play.Over)
        {
            var turn = play.Pending[0];
            var agent = rules.House[^(1 + turn.Player % rules.House.Count)];
            var reply = play.HouseReply(turn, agent);
            text.Append($"\n== turn {turn.Turn} game {turn.Game} ply {turn.Ply} seat {turn.Seat} player {turn.Player} {agent.Slug}\n{turn.Observation.Text}\n");
            text.Append($"-- json {turn.Observation.Json.ToJsonString()}\n-- compact {turn.Observation.Compact}\n-- view {play.ViewOf(turn.Game).ToJsonString()}\n-- said {reply.Text}\n");
            play.Answer(turn.Turn, reply);
        }
        var match = play.Finish();
        for (var g = 0; g < match.Games.Count; g++)
        {
            text.Append($"\n== end of game {g}: {string.Join(' ', match.Games[g].Scores ?? [])}\n-- view {play.ViewOf(g).ToJsonString()}\n");
        }
        text.Append($"\nscores {string.Join(' ', match.Scores ?? [])}\nchain {match.ChainHead}\nkeccak {Convert.ToHexStringLower(match.Hash)}\n");
        return text.ToString();
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Golden");
}
