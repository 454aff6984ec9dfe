namespace Arena.Trainer.SelfPlay;

/// <summary>The games that policies can train on by playing themselves.</summary>
public static class BoardGames
{
    public static IReadOnlyList<IBoardGame> All { get; } = [TicTacToeGame.Instance, ConnectFourGame.Instance];

    /// <exception cref="TrainerException">No such game.</exception>
    public static IBoardGame Find(string slug) => TryFind(slug) ?? throw new TrainerException($"\"{slug}\" is not a game that can be played here; known: {string.Join(", ", All.Select(g => g.Slug))}.");

    public static IBoardGame? TryFind(string slug) => All.FirstOrDefault(g => g.Slug == slug);
}
