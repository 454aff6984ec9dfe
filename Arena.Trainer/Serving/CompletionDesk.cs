using System.Security.Cryptography;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Sampling;
using static TorchSharp.torch;

namespace Arena.Trainer.Serving;

/// <summary>One prompt of a request with the answers to it, handed to the loop.</summary>
/// <param name="Texts">One for each answer; filled on the loop's thread where somebody listens, else when the answer is done.</param>
internal sealed record AskedPrompt(GenerationJob Job, IReadOnlyList<AnswerText> Texts, PromptEcho? Echo);

/// <summary>Gets a word of an answer as it grows.</summary>
/// <param name="choice">Index of the answer in the request.</param>
/// <param name="result">Of an answer that is done, else null.</param>
internal delegate void AnswerListener(int choice, AnswerText text, SampleResult? result);

/// <summary>Turns requests into jobs: finds the policy, makes token ids, checks what only the policy can tell.</summary>
internal sealed class CompletionDesk(GenerationLoop loop, PolicyShelf shelf)
{
    /// <summary>Most new tokens of a chat that names no limit, where the context is longer.</summary>
    public const int DefaultChatTokens = 1024;

    private const int DefaultPlainTokens = 16;

    /// <param name="gone">Ends the answers when the caller has gone.</param>
    /// <exception cref="BadRequestException">The request does not fit the policy.</exception>
    /// <exception cref="UnknownModelException">Nobody knows the policy.</exception>
    /// <exception cref="OverloadedException">Too many wait.</exception>
    /// <exception cref="TrainerException">The policy can't be loaded.</exception>
    public async Task<IReadOnlyList<AskedPrompt>> AskAsync(CompletionRequest request, AnswerListener? listener, CancellationToken gone)
    {
        var asked = new List<AskedPrompt>();
        var seed = request.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        for (var n = 0; n < Math.Max(1, request.Prompts.Count); n++)
        {
            var lease = await shelf.TakeAsync(request.Model, gone) ?? throw new UnknownModelException(request.Model);
            GenerationJob? job = null;
            try
            {
                var ids = request.Chat ? PromptIds.OfChat(lease.Served, request.Messages, request.TemplateVariables) : PromptIds.OfPlain(lease.Served, request.Prompts[n]);
                var first = n * request.Count;
                var texts = Enumerable.Range(0, request.Count).Select(_ => new AnswerText(lease.Served.Tokenizer, request.Stop)).ToArray();
                var rows = Rows(request, lease.Served, ids, seed, texts, listener, first);
                var echo = request.Echo ? Echo(request, lease.Served, request.Prompts[n], ids) : null;
                job = new GenerationJob(lease, rows, gone)
                {
                    OnRow = listener is null ? null : (row, result) => listener(first + row, texts[row], result),
                };
                loop.Add(job);
                asked.Add(new(job, texts, echo));
            }
            finally
            {
                if (job is null)
                {
                    lease.Dispose();
                }
            }
        }
        return asked;
    }

    private static List<SampleRequest> Rows(CompletionRequest request, ServedPolicy policy, List<int> ids, ulong seed, AnswerText[] texts, AnswerListener? listener, int first)
    {
        var config = policy.Config;
        var field = request.Chat ? "messages" : "prompt";
        if (ids.Count == 0)
        {
            throw new BadRequestException("The prompt has no tokens.", field);
        }
        if (ids.FindIndex(i => i < 0 || i >= config.VocabSize) is var wrong and >= 0)
        {
            throw new BadRequestException($"Token {ids[wrong]} is outside the model's vocabulary of {config.VocabSize}.", field);
        }
        if (request.Sampling.Bias?.Keys.FirstOrDefault(k => k >= config.VocabSize) is { } outside and > 0)
        {
            throw new BadRequestException($"Token {outside} is outside the model's vocabulary of {config.VocabSize}.", "logit_bias");
        }
        var room = policy.Model.Decoder.Positions - ids.Count;
        if (room < (request.MaxTokens == 0 ? 0 : 1))
        {
            throw new BadRequestException($"This model's maximum context length is {policy.Model.Decoder.Positions} tokens. However, your prompt has {ids.Count} tokens.", field, "context_length_exceeded");
        }
        var most = Math.Min(room, request.MaxTokens ?? (request.Chat ? DefaultChatTokens : DefaultPlainTokens));
        IAnswerState? held = request.Choices is null ? request.Grammar?.Start : new ChoiceTrie(request.Choices);
        if (request.Grammar?.Problem(policy.TokenBytes) is { } problem)
        {
            throw new BadRequestException(problem, "guided_grammar");
        }
        var rows = new List<SampleRequest>(request.Count);
        for (var i = 0; i < request.Count; i++)
        {
            var (text, choice) = (texts[i], first + i);
            var guide = held is null ? null : new AnswerGuide(held, policy.TokenBytes, policy.EndIds[0]);
            if (i == 0 && guide is not null)
            {
                Check(guide);
            }
            // A stream listens to every token; else only stop texts need them as they come.
            rows.Add(new SampleRequest(ids, most, request.Sampling, new SeededChance(seed, (ulong)i), request.LogProbs ? request.TopLogProbs : 0)
            {
                Guide = guide,
                EndIds = policy.EndIds,
                OnToken = listener is not null ? Told : request.Stop.Count > 0 ? text.Add : null,
            });

            bool Told(SampledToken token)
            {
                var ends = text.Add(token);
                listener!(choice, text, null);
                return ends;
            }
        }
        return rows;
    }

    private static void Check(AnswerGuide guide)
    {
        try
        {
            guide.Allowed();
        }
        catch (TrainerException e)
        {
            throw new BadRequestException(e.Message, "guided_choice");
        }
    }

    /// <summary>The prompt's own tokens with what the policy thinks of each. Costs a forward pass that keeps all positions.</summary>
    private static PromptEcho Echo(CompletionRequest request, ServedPolicy policy, PlainPrompt prompt, IReadOnlyList<int> ids)
    {
        var skip = prompt.Ids is null && ids[0] == policy.Config.BosId ? 1 : 0;
        var text = prompt.Text ?? policy.Tokenizer.Decode(ids);
        if (!request.LogProbs)
        {
            return new(text, []);
        }
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var weights = policy.Model.Bank.For(policy.Adapter);
        var hidden = policy.Model.Decoder.Hidden(weights, tensor(ids.Select(i => (long)i).ToArray(), [1, ids.Count]))[0]; // (T, C)
        var tokens = new List<(int, double?, IReadOnlyList<(int, double)>, int)>();
        var start = 0;
        var decoder = policy.Tokenizer.Stream();
        for (var t = skip; t < ids.Count; t++)
        {
            if (t == 0)
            {
                tokens.Add((ids[t], null, [], start));
            }
            else
            {
                using var inner = NewDisposeScope();
                // What the policy expects at t stands at t - 1.
                var logits = Decoder.Logits(weights, hidden.narrow(0, t - 1, 1)).to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
                tokens.Add((ids[t], TokenPicker.LogProbability(logits, ids[t]), request.TopLogProbs > 0 ? TokenPicker.Top(logits, request.TopLogProbs) : [], start));
            }
            start += decoder.Add(ids[t]).Length;
        }
        return new(text, tokens);
    }
}

/// <summary>Nobody knows a policy of that name.</summary>
internal sealed class UnknownModelException(string name) : Exception($"The model '{name}' does not exist");
