namespace Arena.Rules.Equilibria;

/// <summary>A node of a two-player zero-sum game written out in full; small games only.</summary>
public abstract record GameTree;

/// <summary>Chance moves.</summary>
/// <param name="Branches">Probabilities that sum to 1, and what follows.</param>
public sealed record ChanceNode(IReadOnlyList<(double Probability, GameTree Next)> Branches) : GameTree;

/// <summary>A seat chooses.</summary>
/// <param name="Seat">0 or 1.</param>
/// <param name="Knows">Names the information set: all that the seat knows here. Nodes of one name have the same seat and the same number of branches.</param>
/// <param name="Branches">What follows each action, in the game's fixed order.</param>
public sealed record ChoiceNode(int Seat, string Knows, IReadOnlyList<GameTree> Branches) : GameTree;

/// <summary>The game is over.</summary>
/// <param name="Won">What seat 0 won; seat 1 lost as much.</param>
public sealed record EndNode(double Won) : GameTree;
