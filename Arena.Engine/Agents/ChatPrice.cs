using System.Text;

namespace Arena.Engine.Agents;

/// <summary>What a question to a chat model costs, in millionths of a US dollar, rounded up. Pure.</summary>
public static class ChatPrice
{
    // What a chat template may add around each message; far more than any known template does.
    private const int TokensAroundLine = 16;

    /// <summary>The most that a question can cost: no tokenizer makes more tokens than bytes, and the answer is limited by max_tokens.</summary>
    public static long Most(ChatQuestion question, long inputMicroUsdPerMillion, long outputMicroUsdPerMillion) =>
        Of(MostPromptTokens(question), question.MaxTokens, inputMicroUsdPerMillion, outputMicroUsdPerMillion);

    public static int MostPromptTokens(ChatQuestion question) =>
        question.Lines.Sum(l => Encoding.UTF8.GetByteCount(l.Content) + TokensAroundLine);

    public static long Of(long promptTokens, long answerTokens, long inputMicroUsdPerMillion, long outputMicroUsdPerMillion)
    {
        var total = (Int128)promptTokens * inputMicroUsdPerMillion + (Int128)answerTokens * outputMicroUsdPerMillion;
        return (long)((total + 999_999) / 1_000_000);
    }
}
