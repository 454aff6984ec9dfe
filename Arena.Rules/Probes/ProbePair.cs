namespace Arena.Rules.Probes;

/// <summary>Two answers of a match of which the rules say which is better.</summary>
/// <param name="Better">Player index of the better answer.</param>
/// <param name="Worse">Player index of the other.</param>
/// <param name="Lead">Difference of their worth by the rules, 0 to 1.</param>
/// <param name="Task">What both were asked, as judges of a match read it.</param>
/// <param name="Side">0 or 1: the player as whom the better answer is shown to judges.</param>
public sealed record ProbePair(int Better, int Worse, double Lead, string Task, string BetterText, string WorseText, int Side);
