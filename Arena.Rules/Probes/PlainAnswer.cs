using System.Text.RegularExpressions;

namespace Arena.Rules.Probes;

/// <summary>
/// Whether an answer may stand in a probe. A probe asks which answer is better, not whether a judge can be talked over (canaries ask that), so everything that
/// might speak to a judge is left out. This is strict on purpose: a harmless answer that is left out costs nothing.
/// </summary>
public static partial class PlainAnswer
{
    /// <summary>UTF-16 units; longer answers cost much and are cut for judges anyway.</summary>
    public const int MostCharacters = 4_000;

    public static bool IsPlain(string text) =>
        text.Length is > 0 and <= MostCharacters && !string.IsNullOrWhiteSpace(text) && text.All(IsUsual) && !SpeaksToJudges().IsMatch(text);

    // Latin letters, ASCII and the usual typographic marks: no hidden characters, no look-alikes of other scripts, no pictures.
    private static bool IsUsual(char c) => c is '\n' or '\t' or (>= ' ' and <= '~') or (>= '\u00c0' and <= '\u024f') or '\u2013' or '\u2014' or '\u2018' or '\u2019' or '\u201c' or '\u201d' or '\u2022' or '\u2026';

    // Words of judging, orders to a reader, verdict forms, and marks of chat templates and quotations.
    [GeneratedRegex(
        @"\b(judg\w*|verdicts?|rubrics?|prefer\w*|rating|scoring|scored?|scores|contest\w*|evaluat\w*|grad(e|es|er|ing)|criteri\w+|winner\w*|ignore\w*|disregard\w*|instruct\w*|assistant|administrator|fence|entry|choose)\b"
        + @"|\[\[\s*([A-C]|\d+)\s*\]\]|<\||\|>|\[/?INST\]|<</?SYS>>|</?s>|_of_turn>|\{\{|\}\}\s*>>>|<<<",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex SpeaksToJudges();
}
