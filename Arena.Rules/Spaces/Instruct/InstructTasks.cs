using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>What is to be written: a form and a subject, drawn apart. Sentences without commas, digits and question marks. Any change raises the rules' version.</summary>
internal static class InstructTasks
{
    private static readonly string[] Forms =
    [
        "story", "letter to a friend", "diary entry", "speech", "news report", "travel note", "product description", "blog post", "radio script", "set of instructions",
        "museum label", "fable",
    ];

    private static readonly string[] Subjects =
    [
        "a lighthouse in winter", "the first day at a new school", "a lost umbrella", "learning to ride a bicycle", "a train that is late", "the oldest tree in a village", "a market before sunrise",
        "a robot that paints", "the repair of an old clock", "a walk along a river", "bread", "a storm at sea", "a library at night", "moving to another town", "a garden on a roof", "a cat that travels",
        "the making of cheese", "a bridge that nobody uses", "a visit to the dentist", "a power cut", "the invention of the wheel", "a rainy holiday", "an empty theatre", "the moon", "a mistake in a map",
        "a chess club", "snow in April", "a family recipe", "the sound of bells", "a bus driver", "honey bees", "a lost letter", "an island without cars", "the end of summer", "a football match",
        "the care of house plants", "a night in a tent", "a shop for old radios", "the colour blue", "a long queue",
    ];

    /// <summary>below(12) for the form, then below(40) for the subject.</summary>
    public static string Draw(Draws draws)
    {
        var form = draws.Pick(Forms);
        return $"Write a short {form} about {draws.Pick(Subjects)}.";
    }
}
