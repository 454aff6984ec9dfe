namespace Arena.Rules.Spaces.Pitch;

/// <summary>The briefs, drawn uniformly. Each names what is asked for, an audience and one constraint. Appending or changing one raises the rules' version.</summary>
internal static class PitchBriefs
{
    public static IReadOnlyList<string> All { get; } =
    [
        "Persuade a busy parent to let their ten-year-old walk to school. Constraint: take the worry about traffic seriously.",
        "Persuade a small bakery's owner to close on Mondays. Constraint: argue from the owner's own interest, not the staff's.",
        "Persuade a reader who owns three unread novels to join the public library. Constraint: do not mention money.",
        "Persuade a first-time gardener to start with a compost heap. Constraint: no botanical terms.",
        "Persuade a football club's board to plant trees around its car park. Constraint: fewer than four sentences may speak of nature.",
        "Persuade a night-shift nurse to try a twenty-minute nap before driving home. Constraint: respect how tired they are of advice.",
        "Persuade a town council to keep an old, little-used footbridge. Constraint: name one honest argument against it and answer it.",
        "Persuade a teenager to learn a folk song from a grandparent. Constraint: no appeal to duty.",
        "Persuade a software team to write its release notes for customers rather than for itself. Constraint: give one before-and-after line.",
        "Persuade a landlord to allow a quiet tenant to keep a cat. Constraint: offer something in return.",
        "Persuade a restaurant's guest to order the vegetarian dish. Constraint: speak of taste only.",
        "Persuade a cyclist who rides in black at night to wear a light. Constraint: be funny once.",
        "Persuade a museum to open one evening a week until midnight. Constraint: paint one scene that a visitor would remember.",
        "Persuade a retired engineer to teach a Saturday repair class. Constraint: no flattery.",
        "Persuade an airline passenger to check in their bag rather than carry it on. Constraint: promise nothing that an airline can't keep.",
        "Persuade a school to replace one written exam by an oral one. Constraint: address the fear of unfair marks.",
        "Persuade a family to spend a rainy holiday week without screens. Constraint: describe one whole afternoon.",
        "Persuade a shop's customers to bring back glass jars. Constraint: at most sixty words.",
        "Persuade a manager to cancel a weekly meeting. Constraint: propose exactly what replaces it.",
        "Persuade a sceptical neighbour to help to dig a shared rain garden. Constraint: mention the mud.",
        "Persuade a young musician to practise scales. Constraint: use one comparison from outside music.",
        "Persuade a village to hold its market in winter too. Constraint: speak as one of the stallholders.",
        "Persuade a traveller to take the slow train instead of the short flight. Constraint: do not mention the climate.",
        "Persuade a hospital to let patients choose the pictures in their rooms. Constraint: include an objection from the cleaning staff.",
        "Persuade a reader to write one letter by hand this month. Constraint: say to whom.",
        "Persuade a chess club to admit complete beginners on its serious evening. Constraint: speak to the strongest player.",
        "Persuade a commuter to give up their seat more often. Constraint: no moralising.",
        "Persuade an office to adopt an hour of silence each morning. Constraint: say what happens to urgent calls.",
    ];
}
