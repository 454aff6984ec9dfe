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
        var asking = new Asking(judge, key, endpoint, options);
        JudgeAnswer? said;
        switch (judge.Method)
        {
            case JudgeMethods.Brief:
                said = await asking.ForAsync(c => JudgePrompt.Brief(@case, rubric, judge.Id, first, c), Bracketed, json: false, ct);
                break;
            case JudgeMethods.Absolute:
                var one = await asking.ForAsync(c => JudgePrompt.Alone(@case, rubric, judge.Id, first, first, c), text => JudgeScores.Read(text, rubric), json: true, ct);
                var two = one is null ? null : await asking.ForAsync(c => JudgePrompt.Alone(@case, rubric, judge.Id, first, 1 - first, c), text => JudgeScores.Read(text, rubric), json: true, ct);
                said = two is null ? null : JudgeScores.Compare(one!, two);
                break;
            case JudgeMethods.Reference:
                var own = await asking.ForAsync(_ => JudgePrompt.ForReference(@case, judge.Id, first), text => (text.Trim() is { Length: > 0 } kept ? kept : null, "It is empty."), json: false, ct);
                said = own is null ? null : await asking.ForAsync(c => JudgePrompt.WithReference(@case, rubric, judge.Id, first, own, c), text => JudgeAnswer.Read(text, rubric), json: true, ct);
                break;
            default:
                said = await asking.ForAsync(c => JudgePrompt.Lines(@case, rubric, judge.Id, first, c), text => JudgeAnswer.Read(text, rubric), json: true, ct);
                break;
        }
        return said is null ? asking.Trouble! : new JudgeOpinion(
            said.Preferred is { } place ? place == 0 ? first : 1 - first : null,
            new Dictionary<int, IReadOnlyDictionary<string, int>> { [first] = said.First, [1 - first] = said.Second },
            said.Reason, asking.Model, JudgePrompt.Hash(rubric, judge.Method), asking.Replies, asking.Took, asking.Cost, asking.Tries);
    }

    private static (JudgeAnswer?, string?) Bracketed(string text)
    {
        var (place, problem) = BracketVerdict.Pair(text);
        var reason = text.Trim();
        return place is { } p
            ? (new(p < 0 ? null : p, new Dictionary<string, int>(), new Dictionary<string, int>(), reason.Length <= 2_000 ? reason : reason[..2_000]), null)
            : (null, problem);
    }

    /// <summary>The questions of one judgment, with what they took and cost together.</summary>
    private sealed class Asking(Judge judge, string? key, ChatEndpoint endpoint, JudgeOptions options)
    {
        private readonly List<string> _replies = [];

        public TimeSpan Took { get; private set; }

        public long Cost { get; private set; }

        /// <summary>The most that one question took until its answer was usable.</summary>
        public int Tries { get; private set; }

        /// <summary>What the endpoint says it served.</summary>
        public string Model { get; private set; } = judge.Model;

        public string Replies => string.Join("\n\n", _replies);

        public JudgeSilence? Trouble { get; private set; }

        /// <param name="lines">The messages, given why the last answer was refused.</param>
        /// <param name="read">The answer, or null and a reason that can be said to the judge.</param>
        /// <returns>Null when there is <see cref="Trouble"/>.</returns>
        public async Task<T?> ForAsync<T>(Func<string?, IReadOnlyList<ChatLine>> lines, Func<string, (T?, string?)> read, bool json, CancellationToken ct)
            where T : class
        {
            string? complaint = null;
            for (var tries = 1; tries <= options.AnswerTries; tries++)
            {
                var question = new ChatQuestion(judge.Model, lines(complaint), options.MaxAnswerTokens, 0, JsonAnswer: json);
                var outcome = await endpoint.AskAsync(judge.Endpoint, key, question, options.AnswerTimeout, ct);
                if (outcome is ChatTrouble { Kind: ChatTroubleKind.Refused } && json && complaint is null)
                {
                    // Some compatible servers refuse response_format; the prompt asks for JSON anyway.
                    outcome = await endpoint.AskAsync(judge.Endpoint, key, question with { JsonAnswer = false }, options.AnswerTimeout, ct);
                }
                if (outcome is ChatTrouble trouble)
                {
                    Trouble = new(true, trouble.Detail);
                    return null;
                }
                var answer = (ChatAnswer)outcome;
                Took += answer.Took;
                Cost += ChatPrice.Of(
                    answer.PromptTokens ?? ChatPrice.MostPromptTokens(question), answer.AnswerTokens ?? question.MaxTokens,
                    judge.InputMicroUsdPerMillionTokens, judge.OutputMicroUsdPerMillionTokens);
                Model = answer.Model;
                var (found, problem) = read(answer.Text);
                if (found is not null)
                {
                    _replies.Add(answer.Text);
                    Tries = Math.Max(Tries, tries);
                    return found;
                }
                complaint = problem;
            }
            Trouble = new(false, $"{judge.Model} gave no usable verdict in {options.AnswerTries} tries. {complaint}");
            return null;
        }
    }
}
