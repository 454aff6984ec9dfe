using Arena.Engine.Agents;
using Arena.Engine.Verdicts;

namespace Arena.Judges;

/// <summary>A judge that is a chat model. An unusable answer is asked again, with the reason; an endpoint that fails is left for later.</summary>
public sealed class ChatJudge(Judge judge, string? key, ChatEndpoint endpoint, JudgeOptions options) : IJudge
{
    public async Task<JudgeOutcome> JudgeAsync(JudgingCase @case, int first, CancellationToken ct)
    {
        if (Rubric.For(@case.Space) is not { } rubric)
        {
            return new JudgeSilence(false, $"There is no rubric for {@case.Space}.");
        }
        var (took, cost) = (TimeSpan.Zero, 0L);
        string? complaint = null;
        for (var tries = 1; tries <= options.AnswerTries; tries++)
        {
            var question = new ChatQuestion(judge.Model, JudgePrompt.Lines(@case, rubric, judge.Id, first, complaint), options.MaxAnswerTokens, 0, JsonAnswer: true);
            var outcome = await endpoint.AskAsync(judge.Endpoint, key, question, options.AnswerTimeout, ct);
            if (outcome is ChatTrouble { Kind: ChatTroubleKind.Refused } && complaint is null)
            {
                // Some compatible servers refuse response_format; the prompt asks for JSON anyway.
                outcome = await endpoint.AskAsync(judge.Endpoint, key, question with { JsonAnswer = false }, options.AnswerTimeout, ct);
            }
            if (outcome is ChatTrouble trouble)
            {
                return new JudgeSilence(true, trouble.Detail);
            }
            var answer = (ChatAnswer)outcome;
            took += answer.Took;
            cost += ChatPrice.Of(
                answer.PromptTokens ?? ChatPrice.MostPromptTokens(question), answer.AnswerTokens ?? question.MaxTokens,
                judge.InputMicroUsdPerMillionTokens, judge.OutputMicroUsdPerMillionTokens);
            var (read, problem) = JudgeAnswer.Read(answer.Text, rubric);
            if (read is not null)
            {
                return Opinion(read, first, rubric, answer, took, cost, tries);
            }
            complaint = problem;
        }
        return new JudgeSilence(false, $"{judge.Model} gave no usable verdict in {options.AnswerTries} tries. {complaint}");
    }

    private static JudgeOpinion Opinion(JudgeAnswer read, int first, Rubric rubric, ChatAnswer answer, TimeSpan took, long cost, int tries) => new(
        read.Preferred is { } place ? place == 0 ? first : 1 - first : null,
        new Dictionary<int, IReadOnlyDictionary<string, int>> { [first] = read.First, [1 - first] = read.Second },
        read.Reason, answer.Model, JudgePrompt.Hash(rubric), answer.Text, took, cost, tries);
}
