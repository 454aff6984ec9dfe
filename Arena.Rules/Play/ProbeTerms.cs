namespace Arena.Rules.Play;

/// <summary>
/// How a space whose rules decide says which of two answers to one prompt is better, so that judges can be tried on it. Only where one game is played, all
/// seats answer the same prompt at once, and the answers are texts that a judge can compare.
/// </summary>
/// <param name="Lead">Least difference of worth at which an answer is clearly better, above 0 to 1.</param>
/// <param name="Worths">Worth of each seat's answer in the ended game, 0 to 1; null where a seat gave none.</param>
public sealed record ProbeTerms(double Lead, Func<IGameState, IReadOnlyList<double?>> Worths);
