using System.Text.Json.Nodes;
using Arena.Trainer.Chat.Jinja;

namespace Arena.Trainer.Chat;

/// <summary>A conversation as a template wrote it.</summary>
/// <param name="Guarded">With the guard's marks inside control tokens that came from messages; for the tokenizer.</param>
/// <param name="Generated">Spans of <paramref name="Guarded"/> that the template marks as the assistant's; empty without markers.</param>
internal sealed record RenderedChat(string Guarded, IReadOnlyList<(int Start, int End)> Generated);

/// <summary>A model's chat template: Jinja, as transformers runs it, in a sandbox with limits.</summary>
public sealed class ChatTemplate
{
    private readonly string _source;
    private readonly IReadOnlyList<Statement> _body;
    private readonly JinjaLimits _limits;

    private ChatTemplate(string source, IReadOnlyList<Statement> body, JinjaLimits limits, bool marks) => (_source, _body, _limits, MarksAssistant) = (source, body, limits, marks);

    /// <summary>Whether it says itself, with {% generation %}, what the assistant wrote.</summary>
    public bool MarksAssistant { get; }

    /// <param name="source">Named in errors.</param>
    /// <exception cref="TrainerException">The template can't be read; the message gives the line.</exception>
    public static ChatTemplate Parse(string template, string source, JinjaLimits? limits = null)
    {
        try
        {
            return new(source, JinjaParser.Parse(template), limits ?? new(), template.Contains("endgeneration", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is JinjaException or InsufficientExecutionStackException)
        {
            throw new TrainerException($"The chat template of {source} can't be read. {e.Message}", e);
        }
    }

    /// <summary>Runs the template over plain variables.</summary>
    /// <exception cref="TrainerException">It refused the conversation, failed, or went beyond a limit.</exception>
    public string Render(JsonObject variables, TimeProvider time) => Render(variables, s => s, time).Text;

    /// <param name="text">What every text among the variables becomes first.</param>
    internal JinjaOutput Render(JsonObject variables, Func<string, string> text, TimeProvider time)
    {
        try
        {
            return new JinjaRun(_limits, time).Execute(_body, variables.Select(v => KeyValuePair.Create(v.Key, Values.From(v.Value, text))));
        }
        catch (JinjaException e) when (e.Raised)
        {
            throw new TrainerException($"The chat template of {_source} refuses this conversation: {e.Message}", e);
        }
        catch (Exception e) when (e is JinjaException or InsufficientExecutionStackException)
        {
            throw new TrainerException($"The chat template of {_source} failed. {e.Message}", e);
        }
    }
}
