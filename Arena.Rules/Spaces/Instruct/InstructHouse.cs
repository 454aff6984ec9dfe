using Arena.Rules.Play;
using Arena.Rules.Spaces.Instruct.Constraints;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>Writes, and heeds only some of the constraints.</summary>
/// <param name="heeds">Whether it heeds the constraint at a place of the list.</param>
internal sealed class InstructAgent(string slug, string name, string about, Func<Constraint, int, bool> heeds) : IHouseAgent
{
    private static readonly HashSet<Slot> Plain = [Slot.Length, Slot.Sentences, Slot.Structure, Slot.Start, Slot.End, Slot.Case, Slot.Present, Slot.Absent, Slot.Commas, Slot.Title];
    private static readonly IReadOnlyDictionary<string, Slot> Slots = InstructKinds.All.ToDictionary(k => k.Slug, k => k.Slot);

    /// <summary>Weakest first.</summary>
    public static IReadOnlyList<IHouseAgent> All { get; } =
    [
        new InstructAgent("random", "Random words", "Strings words together and heeds no constraint.", (_, _) => false),
        new InstructAgent("skimmer", "Skimmer", "Heeds the first two constraints and overlooks the rest.", (_, place) => place < 2),
        new InstructAgent("careful", "Careful writer", "Heeds what is asked of lengths, form, case, title, beginning, end and words; overlooks how often, single letters, marks, numbers and lengths of words.", (c, _) => Plain.Contains(Slots[c.Kind])),
        new InstructAgent("solver", "Solver", "Builds a text that keeps to every constraint, checks it, and rewrites it if need be.", (_, _) => true),
    ];

    public string Slug => slug;

    public string Name => name;

    public string About => about;

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws) =>
        InstructWriter.Write([.. ((InstructState)state).Prompt.Constraints.Where(heeds)], draws);
}
