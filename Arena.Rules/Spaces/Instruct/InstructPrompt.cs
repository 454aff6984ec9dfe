using Arena.Rules.Play;
using Arena.Rules.Spaces.Instruct.Constraints;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>A task and the constraints on its answer, drawn so that they can all be kept at once.</summary>
public sealed record InstructPrompt(string Task, IReadOnlyList<Constraint> Constraints)
{
    public const int LeastConstraints = 3;
    public const int MostConstraints = 7;

    // Enough that a draw which finds no partner any more still ends; three constraints always come together long before.
    private const int Tries = 300;

    /// <summary>
    /// The table: kinds of different slots that can't stand together, because one fixes a part of the answer that the other needs. What depends on the
    /// drawn words (a lipogram beside a keyword) is asked of the constraints themselves (<see cref="Constraint.Allows"/>).
    /// </summary>
    private static readonly Dictionary<string, string[]> Excludes = new()
    {
        // One JSON object has no room before, behind or between its parts, and needs commas; its keys are lower-case.
        ["json-object"] = ["title", "start-phrase", "repeat-task", "quotation-wrap", "end-phrase", "postscript", "no-commas", "line-length", "sentence-length", "all-uppercase"],
        // Every line's first letter is taken.
        ["acrostic"] = ["title", "start-phrase", "repeat-task", "quotation-wrap", "end-phrase", "postscript", "line-length"],
        // Every line's case is taken.
        ["alternating-lines"] = ["title", "start-phrase", "repeat-task", "end-phrase", "postscript", "line-length", "all-lowercase", "all-uppercase", "capital-words-at-least", "capital-words-exactly"],
        // A number of lines, each short, bounds the words.
        ["lines-exactly"] = ["line-length"],
        // The task's sentence is in mixed case, and long.
        ["repeat-task"] = ["all-lowercase", "all-uppercase", "line-length", "sentence-length"],
        // The last character is one thing.
        ["quotation-wrap"] = ["end-phrase"],
        // Headings and lists have numbers.
        ["sections"] = ["numbers-ascending", "no-digits"],
        ["numbered-list"] = ["numbers-ascending", "no-digits"],
    };

    /// <summary>
    /// Draws the task, then 3 + below(5) as the wanted number of constraints; then, until so many are taken or 300 times: a slot, a kind of that slot, its
    /// numbers and words; it is taken if its slot is free and it goes with all that were taken before.
    /// </summary>
    public static InstructPrompt Draw(Draws draws)
    {
        var task = InstructTasks.Draw(draws);
        var wanted = LeastConstraints + draws.Next(MostConstraints - LeastConstraints + 1);
        var taken = new List<Constraint>(wanted);
        var slots = new HashSet<int>();
        for (var i = 0; i < Tries && taken.Count < wanted; i++)
        {
            var slot = draws.Next(InstructKinds.BySlot.Count);
            var constraint = draws.Pick(InstructKinds.BySlot[slot]).Draw(draws, task);
            if (!slots.Contains(slot) && GoTogether([.. taken, constraint]))
            {
                taken.Add(constraint);
                slots.Add(slot);
            }
        }
        return new InstructPrompt(task, taken);
    }

    /// <summary>Whether constraints of different slots can all be kept by one answer.</summary>
    public static bool GoTogether(IReadOnlyList<Constraint> constraints)
    {
        for (var i = 0; i < constraints.Count; i++)
        {
            if (Excludes.TryGetValue(constraints[i].Kind, out var excluded) && constraints.Any(c => excluded.Contains(c.Kind)))
            {
                return false;
            }
            var othersNeed = new WrittenText(string.Join('\n', constraints.Where((_, at) => at != i).Select(c => c.Fixed).Where(f => f.Length > 0)));
            if (!constraints[i].Allows(othersNeed))
            {
                return false;
            }
        }
        return true;
    }
}
