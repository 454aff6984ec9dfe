namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Names of functions and parameters. They tell nothing of the task, and none has one letter: those are the references' own.</summary>
internal static class TaskNames
{
    private static readonly string[] First =
    [
        "amber", "arctic", "birch", "brass", "cedar", "chalk", "clover", "copper", "coral", "crimson", "dusty", "ember", "fern", "flint", "frost", "ginger",
        "golden", "granite", "hazel", "indigo", "iron", "ivory", "jade", "lemon", "linen", "lunar", "maple", "marble", "misty", "mossy", "olive", "opal",
    ];

    private static readonly string[] Second =
    [
        "Anchor", "Arrow", "Basket", "Beacon", "Bridge", "Bucket", "Candle", "Canyon", "Castle", "Cradle", "Drawer", "Engine", "Falcon", "Garden", "Hammer", "Harbor",
        "Island", "Jacket", "Kettle", "Ladder", "Lantern", "Magnet", "Mirror", "Needle", "Orchard", "Pebble", "Pocket", "Ribbon", "Saddle", "Signal", "Tunnel", "Window",
    ];

    private static readonly Dictionary<string, string[]> Roles = new(StringComparer.Ordinal)
    {
        ["ints"] = ["numbers", "values", "readings", "scores", "amounts", "figures"],
        ["int"] = ["number", "given", "size", "limit", "value"],
        ["text"] = ["text", "line", "phrase", "message", "source"],
        ["texts"] = ["words", "names", "labels", "entries", "terms"],
        ["map"] = ["map", "board", "field", "plan"],
        ["grid"] = ["grid", "table", "matrix", "rows"],
        ["name"] = ["person", "start", "somebody"],
        ["pairs"] = ["pairs", "links", "records", "list"],
    };

    public static string Function(TaskDraws draws) => draws.Pick(First) + draws.Pick(Second);

    /// <summary>One name for each role, all different.</summary>
    public static IReadOnlyList<string> Parameters(TaskDraws draws, IReadOnlyList<string> roles)
    {
        var names = new List<string>();
        foreach (var role in roles)
        {
            names.Add(draws.Pick<string>([.. Roles[role].Except(names)]));
        }
        return names;
    }
}
