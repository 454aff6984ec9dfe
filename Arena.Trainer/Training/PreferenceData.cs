using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Training;

/// <summary>Token ids with a mark on those whose log-probability counts (the policy's own answers).</summary>
/// <param name="Tokens">From the beginning token on.</param>
/// <param name="Counted">Same length; never the first.</param>
public sealed record MarkedSequence(int[] Tokens, bool[] Counted)
{
    public int CountedTokens { get; } = Counted.Count(c => c);
}

/// <summary>Two answers to the same prompt, the better one first.</summary>
public sealed record PreferencePair(MarkedSequence Chosen, MarkedSequence Rejected);

/// <summary>Preference pairs from lines of JSON in TRL's forms: {"prompt", "chosen", "rejected"} as texts or lists of messages, more fields allowed.</summary>
public static class PreferenceData
{
    /// <param name="source">Named in errors.</param>
    /// <param name="chat">The model's chat template and beginning tokens; without it a line can't hold messages.</param>
    /// <exception cref="TrainerException">A line is not such an object; the message gives its number.</exception>
    public static List<PreferencePair> Parse(string jsonl, string source, Tokenizer tokenizer, ModelConfig config, ChatFormat? chat = null)
    {
        var reader = new TrlLine(tokenizer, config, chat);
        var pairs = new List<PreferencePair>();
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
                pairs.Add(reader.Pair(json.RootElement));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new TrainerException($"{source}, line {number} is not {{\"prompt\", \"chosen\", \"rejected\"}} with texts or messages: {e.Message}", e);
            }
            catch (TrainerException e)
            {
                throw new TrainerException($"{source}, line {number}: {e.Message}", e);
            }
        }
        return [.. pairs.Where(p => p.Chosen.Tokens.Length <= config.MaxPositions && p.Rejected.Tokens.Length <= config.MaxPositions
            && p.Chosen.CountedTokens > 0 && p.Rejected.CountedTokens > 0 && !p.Chosen.Tokens.AsSpan().SequenceEqual(p.Rejected.Tokens))];
    }

    /// <summary>SHA-256 of a text, lower-case hex.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
