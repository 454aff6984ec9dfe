using System.Text.RegularExpressions;

namespace Arena.Engine.Verdicts;

/// <summary>Which family a model is of, by its name: models favour their own kind's texts, so no judge is of a contestant's family.</summary>
public static partial class ModelFamily
{
    // Longer names before those that they hold.
    private static readonly (string Mark, string Family)[] Known =
    [
        ("gpt-oss", "gpt"), ("chatgpt", "gpt"), ("gpt", "gpt"), ("davinci", "gpt"), ("claude", "claude"), ("gemini", "gemini"), ("gemma", "gemini"), ("palm", "gemini"), ("bison", "gemini"),
        ("codellama", "llama"), ("tinyllama", "llama"), ("llama", "llama"), ("vicuna", "llama"), ("alpaca", "llama"), ("mixtral", "mistral"), ("ministral", "mistral"), ("codestral", "mistral"),
        ("magistral", "mistral"), ("mistral", "mistral"), ("qwen", "qwen"), ("qwq", "qwen"), ("deepseek", "deepseek"), ("command", "command"), ("phi", "phi"), ("falcon", "falcon"),
        ("grok", "grok"), ("yi", "yi"), ("glm", "glm"), ("kimi", "kimi"), ("granite", "granite"), ("smollm", "smollm"), ("olmo", "olmo"), ("nemotron", "nemotron"), ("nova", "nova"),
    ];

    /// <summary>"llama" for "meta-llama/Llama-3.2-3B-Instruct"; the first word of a name that is not known; o1, o3 and their like are "gpt".</summary>
    public static string Of(string model)
    {
        var name = model.Trim().ToLowerInvariant();
        name = name[(name.LastIndexOf('/') + 1)..];
        if (OpenAiReasoning().IsMatch(name))
        {
            return "gpt";
        }
        foreach (var (mark, family) in Known)
        {
            var at = name.IndexOf(mark, StringComparison.Ordinal);
            if (at == 0 || (at > 0 && !char.IsLetter(name[at - 1])))
            {
                return family;
            }
        }
        var word = FirstWord().Match(name).Value;
        return word.Length > 0 ? word : name;
    }

    [GeneratedRegex(@"^o\d(?:$|[-:.])", RegexOptions.CultureInvariant)]
    private static partial Regex OpenAiReasoning();

    [GeneratedRegex(@"^[a-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex FirstWord();
}
