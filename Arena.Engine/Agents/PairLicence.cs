namespace Arena.Engine.Agents;

/// <summary>
/// Licences under which an owner may give away the pairs that an agent's matches make, by the identifiers of SPDX in lower case, as data set hubs write
/// them. A pair holds answers of two agents, so its licence is what both allow.
/// </summary>
public static class PairLicence
{
    /// <summary>None was chosen: who wants to do more than train here asks the owner.</summary>
    public const string None = "other";

    /// <summary>What the house's own agents write is anybody's.</summary>
    public const string House = "cc0-1.0";

    private const string By = "cc-by-4.0";

    /// <summary>Identifier and words for the owner.</summary>
    public static IReadOnlyList<(string Id, string Words)> Known { get; } =
    [
        (None, "none given: others may train on them here, for more they must ask you"),
        (House, "CC0: anybody may use them for anything"),
        (By, "CC BY 4.0: anybody may use them and says whose they are"),
        ("cc-by-sa-4.0", "CC BY-SA 4.0: so, and what is made of them is shared alike"),
        ("cc-by-nc-4.0", "CC BY-NC 4.0: so, but not for money"),
    ];

    /// <summary>Its name for people.</summary>
    public static string NameOf(string id) => Known.First(k => k.Id == id).Words.Split(':')[0];

    public static bool IsKnown(string id) => Known.Any(k => k.Id == id);

    /// <summary>The licence of what is made of two parts: the stricter one, or none where they can't be combined.</summary>
    public static string Both(string one, string other) =>
        one == other ? one
        : one == None || other == None ? None
        : one == House ? other
        : other == House ? one
        : one == By ? other
        : other == By ? one
        : None;
}
