using System.Text.Json.Nodes;
using Arena.Trainer.Chat;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Serving;

/// <summary>Prompts as token ids.</summary>
internal static class PromptIds
{
    /// <summary>Whoever continues a plain text writes control tokens in it on purpose.</summary>
    public static List<int> OfPlain(ServedPolicy policy, PlainPrompt prompt) =>
        prompt.Ids is { } ids ? [.. ids] : Fitting(() => policy.Format.EncodeText(prompt.Text!, ControlTokens.Recognised), "prompt");

    /// <summary>Written out by the policy's chat template. Policies on compact notation have none: their prompt is the last message of the user.</summary>
    public static List<int> OfChat(ServedPolicy policy, IReadOnlyList<ChatMessage> messages, JsonObject? variables)
    {
        if (policy.Format.HasTemplate)
        {
            // "developer" is OpenAI's newer word for what templates call "system".
            var lines = messages.Select(m => new JsonObject { ["role"] = m.Role == "developer" ? "system" : m.Role, ["content"] = m.Content }).ToList();
            return Fitting(() => policy.Format.Encode(lines, ChatOptions.Answer with { Extra = variables }), "messages");
        }
        var last = messages.LastOrDefault(m => m.Role == "user")
            ?? throw new BadRequestException("messages must hold at least one message of the user: this policy has no chat template and reads the last one.", "messages");
        return Fitting(() => policy.Format.EncodeText(last.Content, ControlTokens.PlainText), "messages");
    }

    private static List<int> Fitting(Func<List<int>> encode, string field)
    {
        try
        {
            return encode();
        }
        catch (TrainerException e)
        {
            throw new BadRequestException(e.Message, field);
        }
    }
}
