using Arena.Trainer.Models.Fused;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// Prompts and the answers that continue them, as one flat row of tokens: prompts first, each padded on the right to the longest, then answers, likewise. A prompt goes through
/// the decoder once however many answers it has; each answer looks at its own prompt and at itself, so every number is what a row of its own would give, and the prompt gets
/// the sum of all gradients. Its tensors belong to the dispose scope that it was made in.
/// </summary>
internal sealed class Branches
{
    private readonly int _prompts;
    private readonly int _promptWidth;
    private readonly int _answers;
    private readonly int _answerWidth;
    private readonly IReadOnlyList<int> _promptLengths;
    private readonly IReadOnlyList<(int Prompt, int Length)> _answerLengths;
    private (Tensor Mask, Tensor PromptOf, bool Even)? _look;
    private IReadOnlyList<AttentionRun> _runs = [];

    /// <param name="prompts">Length of each prompt, from 0.</param>
    /// <param name="answers">Of each answer: which prompt it continues, and its own length, from 0. Those of a prompt stand together, in the order of prompts.</param>
    public Branches(IReadOnlyList<int> prompts, IReadOnlyList<(int Prompt, int Length)> answers)
    {
        (_prompts, _answers, _promptLengths, _answerLengths) = (prompts.Count, answers.Count, prompts, answers);
        (_promptWidth, _answerWidth) = (Math.Max(1, prompts.Max()), Math.Max(1, answers.Max(a => a.Length)));
        Longest = answers.Max(a => prompts[a.Prompt] + a.Length);
        Filled = prompts.Sum() + answers.Sum(a => a.Length);
        // Nobody reads what stands at padding; its position is 0, which every model has.
        var positions = new long[Tokens];
        for (var p = 0; p < _prompts; p++)
        {
            Count(positions.AsSpan(PlaceInPrompt(p, 0), prompts[p]), 0);
        }
        for (var a = 0; a < _answers; a++)
        {
            Count(positions.AsSpan(PlaceInAnswer(a, 0), answers[a].Length), prompts[answers[a].Prompt]);
        }
        Positions = tensor(positions);

        static void Count(Span<long> positions, int from)
        {
            for (var t = 0; t < positions.Length; t++)
            {
                positions[t] = from + t;
            }
        }
    }

    /// <summary>Tokens of the row, padding included.</summary>
    public int Tokens => _prompts * _promptWidth + _answers * _answerWidth;

    /// <summary>Those that are no padding.</summary>
    public int Filled { get; }

    /// <summary>Tokens of the longest prompt and answer together.</summary>
    public int Longest { get; }

    /// <summary>(N) int64: each token's place in its own sequence.</summary>
    public Tensor Positions { get; }

    public int PlaceInPrompt(int prompt, int token) => prompt * _promptWidth + token;

    public int PlaceInAnswer(int answer, int token) => _prompts * _promptWidth + answer * _answerWidth + token;

    /// <summary>Makes ready for one of the two ways of attention, in the dispose scope of the whole pass.</summary>
    /// <param name="fused">For <see cref="AttendFused"/>, otherwise for <see cref="Attend"/>.</param>
    public void Prepare(bool fused)
    {
        if (fused)
        {
            _runs = [.. Enumerable.Range(0, _prompts).Select(p => new AttentionRun(0, 0, PlaceInPrompt(p, 0), 1, _promptWidth, _promptLengths[p])), .. Answers()];
        }
        else
        {
            _look = Look();
        }
    }

    /// <summary>Attention within prompts, and of answers to their prompt and themselves.</summary>
    /// <param name="q">(1, H, N, D).</param>
    /// <param name="k">(1, Hkv, N, D).</param>
    /// <param name="v">(1, Hkv, N, D).</param>
    /// <returns>(1, N, H, D).</returns>
    public Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        var (keys, values) = (Prompts(k), Prompts(v));
        var prompts = Attention.Of(Heads(Prompts(q)), Heads(keys), Heads(values), null, causal: true);
        var answers = Attention.Of(Heads(Answers(q)), Heads(Behind(keys, Answers(k))), Heads(Behind(values, Answers(v))), _look!.Value.Mask, causal: false);
        return cat([Flat(prompts), Flat(answers)], 1);
    }

    /// <summary><see cref="Attend"/> in one operation, for 32-bit numbers.</summary>
    public Tensor AttendFused(Tensor q, Tensor k, Tensor v)
    {
        return FusedAttention.Of(Row(q), Row(k), Row(v), _runs).unsqueeze(0);

        static Tensor Row(Tensor x) => x.transpose(1, 2).squeeze(0);
    }

    /// <summary>The answers of each prompt.</summary>
    private IEnumerable<AttentionRun> Answers()
    {
        for (var a = 0; a < _answers;)
        {
            var prompt = _answerLengths[a].Prompt;
            var own = _answerLengths.Skip(a).TakeWhile(x => x.Prompt == prompt).ToList();
            yield return new(PlaceInPrompt(prompt, 0), _promptLengths[prompt], PlaceInAnswer(a, 0), own.Count, _answerWidth, own.Max(x => x.Length));
            a += own.Count;
        }
    }

    /// <summary>What chains of tensor operations need: which keys behind its prompt and itself an answer's tokens see, (A, 1, Ta, Tp + Ta), the prompt of each, and whether all prompts have as many.</summary>
    private (Tensor Mask, Tensor PromptOf, bool Even) Look()
    {
        var width = _promptWidth + _answerWidth;
        var mask = new bool[_answers * _answerWidth * width];
        for (var a = 0; a < _answers; a++)
        {
            var (prompt, length) = _answerLengths[a];
            for (var t = 0; t < _answerWidth; t++)
            {
                // Padding looks at itself: a softmax over nothing would be NaN.
                var row = mask.AsSpan((a * _answerWidth + t) * width, width);
                row[_promptWidth + t] = true;
                if (t < length)
                {
                    row[.._promptLengths[prompt]].Fill(true);
                    row.Slice(_promptWidth, t).Fill(true);
                }
            }
        }
        var even = _answerLengths.Select(a => a.Prompt).SequenceEqual(Enumerable.Range(0, _answers).Select(a => a / (_answers / _prompts)));
        return (tensor(mask, [_answers, 1, _answerWidth, width]), tensor(_answerLengths.Select(a => (long)a.Prompt).ToArray()), even);
    }

    /// <summary>(1, H, N, D) to (P, Tp, H, D).</summary>
    private Tensor Prompts(Tensor x) => x.transpose(1, 2).narrow(1, 0, _prompts * _promptWidth).reshape(_prompts, _promptWidth, x.shape[1], x.shape[3]);

    /// <summary>(1, H, N, D) to (A, Ta, H, D).</summary>
    private Tensor Answers(Tensor x) => x.transpose(1, 2).narrow(1, _prompts * _promptWidth, _answers * _answerWidth).reshape(_answers, _answerWidth, x.shape[1], x.shape[3]);

    /// <summary>Each answer's keys or values behind those of its prompt: (A, Tp + Ta, Hkv, D).</summary>
    private Tensor Behind(Tensor prompts, Tensor answers)
    {
        if (_look is not { Even: true })
        {
            return cat([prompts.index_select(0, _look!.Value.PromptOf), answers], 1);
        }
        // As many answers to each: the way back is a sum, twice as fast as adding row by row.
        var (each, heads, width) = (_answers / _prompts, answers.shape[2], answers.shape[3]);
        var before = prompts.unsqueeze(1).expand(_prompts, each, _promptWidth, heads, width);
        return cat([before, answers.view(_prompts, each, _answerWidth, heads, width)], 2).view(_answers, _promptWidth + _answerWidth, heads, width);
    }

    private static Tensor Heads(Tensor x) => x.transpose(1, 2);

    private static Tensor Flat(Tensor x) => x.reshape(1, -1, x.shape[2], x.shape[3]);
}
