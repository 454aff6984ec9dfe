namespace Arena.Rules.Play;

/// <summary>A played match as judges are shown it.</summary>
/// <param name="Task">What the contestants were asked.</param>
/// <param name="Entries">Each player's entry, by player.</param>
public sealed record JudgedTexts(string Task, IReadOnlyList<string> Entries)
{
    /// <summary>The first turn's prompt, and each player's actions one after the other: enough where all answer one prompt.</summary>
    public static JudgedTexts Of(PlayedMatch match) => new(
        match.Games[0].Turns[0].Saw,
        [.. Enumerable.Range(0, match.Games[0].Seats.Count).Select(player => string.Join("\n\n", match.Games.SelectMany(g => g.Turns).Where(t => t.Player == player).Select(t => t.Did).OfType<string>()))]);
}
