using System.Text.Json.Nodes;

namespace Arena.Trainer.Chat;

/// <summary>Where the assistant's words stand in a written conversation whose template does not mark them.</summary>
internal static class AssistantSpans
{
    /// <param name="whole">The conversation as the template writes it.</param>
    /// <param name="write">The template over some of the messages, with or without the opening of the next turn.</param>
    /// <param name="ends">Texts that end a turn; they belong to it.</param>
    /// <exception cref="TrainerException">An earlier part reads differently when more follows.</exception>
    public static List<(int Start, int End)> Of(IReadOnlyList<JsonObject> messages, string whole, Func<IReadOnlyList<JsonObject>, bool, string> write, IReadOnlyList<string> ends, string source)
    {
        var spans = new List<(int, int)>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i]["role"]!.GetValue<string>() != "assistant")
            {
                continue;
            }
            if (i == 0)
            {
                throw new TrainerException("A conversation can't begin with the assistant here: the chat template has no markers, and nothing stands before.");
            }
            var opening = write([.. messages.Take(i)], true);
            if (!whole.StartsWith(opening, StringComparison.Ordinal))
            {
                throw new TrainerException($"The chat template of {source} writes the beginning of the conversation differently when more follows, so the assistant's part can't be told; use a template with {{% generation %}} markers.");
            }
            spans.Add((opening.Length, End(messages, i, whole, opening.Length, write, ends)));
        }
        return spans;
    }

    /// <summary>The end of a turn: behind its end token, or where the conversation up to it ends.</summary>
    private static int End(IReadOnlyList<JsonObject> messages, int at, string whole, int start, Func<IReadOnlyList<JsonObject>, bool, string> write, IReadOnlyList<string> ends)
    {
        var first = ends.Select(e => (Text: e, At: whole.IndexOf(e, start, StringComparison.Ordinal))).Where(e => e.At >= 0).OrderBy(e => e.At).FirstOrDefault();
        if (first.Text is not null)
        {
            return first.At + first.Text.Length;
        }
        var upTo = write([.. messages.Take(at + 1)], false);
        return whole.StartsWith(upTo, StringComparison.Ordinal) ? upTo.Length : whole.Length;
    }
}
