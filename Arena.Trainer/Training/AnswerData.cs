using System.Text.Json;
using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Training;

/// <summary>One answer and whether it is a good one.</summary>
/// <param name="Sequence">Prompt and answer.</param>
/// <param name="Good">TRL's label.</param>
/// <param name="Mismatched">The same prompt before another's answer; KTO estimates the divergence from the reference on these.</param>
public sealed record LabelledAnswer(MarkedSequence Sequence, bool Good, MarkedSequence Mismatched);

/// <summary>
/// Single answers for KTO and SFT, from lines of JSON in TRL's forms: {"prompt", "completion", "label"} (the label may be left out: good), {"messages"}, {"text"}, or pairs, which
/// give one good and one bad answer each.
/// </summary>
public static class AnswerData
{
    /// <param name="source">Named in errors.</param>
    /// <exception cref="TrainerException">A line is no such object; the message gives its number.</exception>
    public static List<LabelledAnswer> Parse(string jsonl, string source, Tokenizer tokenizer, ModelConfig config, ChatFormat? chat = null)
    {
        var reader = new TrlLine(tokenizer, config, chat);
        var answers = new List<(MarkedSequence Sequence, bool Good)>();
        var number = 0;
        foreach (var line in jsonl.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }
            try
            {
                using var json = JsonDocument.Parse(line);
                if (json.RootElement.TryGetProperty("chosen", out _))
                {
                    answers.AddRange(PreferenceData.Parse(line, $"{source}, line {number}", tokenizer, config, chat).SelectMany(Both));
                    continue;
                }
                var sequence = reader.Single(json.RootElement);
                if (sequence.CountedTokens > 0 && sequence.Tokens.Length <= config.MaxPositions)
                {
                    answers.Add((sequence, !json.RootElement.TryGetProperty("label", out var label) || label.GetBoolean()));
                }
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new TrainerException($"{source}, line {number} is none of {{\"prompt\", \"completion\", \"label\"}}, {{\"messages\"}}, {{\"text\"}} and {{\"prompt\", \"chosen\", \"rejected\"}}: {e.Message}", e);
            }
            catch (TrainerException e) when (!e.Message.StartsWith(source, StringComparison.Ordinal))
            {
                throw new TrainerException($"{source}, line {number}: {e.Message}", e);
            }
        }
        return Mismatch(answers);
    }

    public static List<LabelledAnswer> Of(IEnumerable<PreferencePair> pairs) => Mismatch([.. pairs.SelectMany(Both)]);

    private static IEnumerable<(MarkedSequence, bool)> Both(PreferencePair pair) => [(pair.Chosen, true), (pair.Rejected, false)];

    /// <summary>Beside each prompt the answer two places before: as TRL shifts by one, but a pair's two answers share their prompt.</summary>
    private static List<LabelledAnswer> Mismatch(List<(MarkedSequence Sequence, bool Good)> answers) =>
        [.. answers.Select((a, i) => new LabelledAnswer(a.Sequence, a.Good, Join(a.Sequence, answers[(i + Math.Max(0, answers.Count - 2)) % answers.Count].Sequence)))];

    private static MarkedSequence Join(MarkedSequence prompt, MarkedSequence answer)
    {
        var (before, from) = (Array.IndexOf(prompt.Counted, true), Array.IndexOf(answer.Counted, true));
        // Never longer than the longer of the two, which fit the model.
        var most = Math.Max(prompt.Tokens.Length, answer.Tokens.Length) - before;
        return new(
            [.. prompt.Tokens.Take(before), .. answer.Tokens.Skip(from).Take(most)],
            [.. prompt.Counted.Take(before), .. answer.Counted.Skip(from).Take(most)]);
    }
}
