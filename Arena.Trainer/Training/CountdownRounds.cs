using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Countdown;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Pretraining;
using Arena.Trainer.Sampling;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>Rounds of countdown: many answers to each of many problems, scored against each other by the rules, as in a match of many seats.</summary>
public sealed class CountdownRounds(Policy policy) : IRoundSource
{
    public const string Space = "countdown";

    // Games of boards come in eight opening lengths; problems come in one kind, so there are more of them.
    private const int ProblemsPerRoot = 2;

    private readonly ISpaceRules _rules = SpaceRegistry.Find(Space)!;

    /// <summary>Measured as an opponent, but nobody's: the share of answers that hit the target.</summary>
    public const string Exact = "exact";

    // As many as stay in a processor's cache.
    private const int AnswersAtOnce = 256;

    /// <summary>A legal answer against an illegal one counts, an exact one against a far one too.</summary>
    public double PairGap => 0.15;

    public IReadOnlyList<string> Opponents { get; } = [Exact, "random-100", "random-1000", "random-10000"];

    public List<AnswerGroup> Sample(DecoderWeights weights, TrainOptions options, SeededChance chance)
    {
        // Three problems of four can be solved with two or three numbers: the others are answered exactly too seldom to learn much from.
        var problems = Enumerable.Range(0, ProblemsPerRoot * options.RootsPerOpening).Select(i => i % 4 == 0 ? Deal(chance) : Short(chance)).ToList();
        var answers = Answer(weights, problems, options.RolloutsPerRoot, new SamplingOptions(options.Temperature), chance);
        var groups = problems.Select((problem, i) => Group(problem, answers[i], options.IllegalValue)).ToList();
        var mix = OpponentMix.Parse(options.Opponents);
        foreach (var opponent in mix.Where(o => o.Name != "self"))
        {
            House(opponent.Name);
        }
        // Of what others answer only pairs are made.
        return mix is [{ Name: "self" }] || !options.LearnsPairs ? groups : [.. groups.Zip(problems, (group, problem) => Join(group, problem, mix, chance))];
    }

    private IHouseAgent House(string name) =>
        _rules.House.FirstOrDefault(h => h.Slug == name) ?? throw new TrainerException($"\"{name}\" is no opponent in \"{Space}\": there are self, {string.Join(", ", _rules.House.Select(h => h.Slug))}.");

    /// <summary>One of the opponents sits down too, as in a match: its answer can be chosen above the policy's own, not imitated where it lost.</summary>
    private AnswerGroup Join(AnswerGroup group, CountdownState problem, IReadOnlyList<OpponentShare> mix, SeededChance chance)
    {
        var target = chance.NextDouble() * mix.Sum(o => o.Weight);
        var name = mix.First(o => (target -= o.Weight) < 0 || o == mix[^1]).Name;
        if (name == "self")
        {
            return group;
        }
        var text = House(name).Act(_rules, problem, 0, new Draws(Seed(chance), "house"));
        var prompt = policy.Config.Beginning.Count + policy.Tokenizer.Encode(group.Prompt).Count;
        int[] all = [.. policy.Config.Beginning, .. policy.Tokenizer.Encode(group.Prompt), .. policy.Tokenizer.Encode(text), policy.Config.EosId];
        return all.Length > policy.Config.MaxPositions || all.Length - prompt > _rules.Card.CompactAnswerTokens
            ? group
            : group with { Answers = [.. group.Answers, new SampledAnswer(new(all, [.. all.Select((_, t) => t >= prompt)]), text, Value(problem, text, 0), Own: false)] };
    }

    // Exact answers are rare and need no opponent: their share is taken over more problems.
    private const int ExactProblemsPerGame = 10;

    /// <summary>"random" is the weakest house agent, a hundred random tries; "exact" is measured on ten times as many problems.</summary>
    public Score? Evaluate(DecoderWeights weights, string opponent, int games, ulong seed = 999, double temperature = 1)
    {
        var house = _rules.House.FirstOrDefault(h => h.Slug == (opponent == "random" ? "random-100" : opponent));
        if (house is null && opponent != Exact)
        {
            return null;
        }
        games *= house is null ? ExactProblemsPerGame : 1;
        var chance = new SeededChance(seed, stream: 999);
        var problems = Enumerable.Range(0, games).Select(_ => Deal(chance)).ToList();
        var answers = problems.Chunk(256).SelectMany(chunk => Answer(weights, chunk, 1, new SamplingOptions(temperature), chance)).ToList();
        var scores = new List<double>(games);
        var illegal = 0;
        for (var i = 0; i < games; i++)
        {
            var own = Legal(problems[i], answers[i][0].Text);
            illegal += own is null ? 1 : 0;
            scores.Add(house is null
                ? own is not null && CountdownRules.Distance(problems[i], own) == 0 ? 1 : 0
                : Scores(problems[i], [own, house.Act(_rules, problems[i], 1, new Draws(Seed(chance), "house"))])[0]);
        }
        return Score.Of(scores, scores.Count(s => s is 0.5) / (double)games, illegal / (double)games);
    }

    private AnswerGroup Group(CountdownState problem, List<(MarkedSequence Sequence, string Text)> answers, double illegal) =>
        new(Compact(problem), [.. answers.Select(a => new SampledAnswer(a.Sequence, a.Text, Value(problem, a.Text, illegal)))]);

    /// <summary>
    /// 1 for an exact answer, at most a tenth for any other legal one, falling with its distance: the rules can check each answer by itself, so it
    /// needs no opponent, and where near answers paid up to a half, policies gave up exact ones for safe ones (bench/learning.md).
    /// </summary>
    private double Value(CountdownState problem, string text, double illegal)
    {
        var distance = Legal(problem, text) is { } legal ? CountdownRules.Distance(problem, legal) : null;
        return distance is not { } off ? illegal : off == 0 ? 1 : 0.02 + 0.08 / (1 + off / 10.0);
    }

    private List<List<(MarkedSequence Sequence, string Text)>> Answer(DecoderWeights weights, IReadOnlyList<CountdownState> problems, int copies, SamplingOptions options, SeededChance chance)
    {
        var requests = problems.SelectMany(problem =>
        {
            List<int> prompt = [.. policy.Config.Beginning, .. policy.Tokenizer.Encode(Compact(problem))];
            return Enumerable.Range(0, copies).Select(_ => new SampleRequest(prompt, _rules.Card.CompactAnswerTokens, options, new SeededChance(chance.NextWord())));
        }).ToList();
        var results = requests.Chunk(AnswersAtOnce).SelectMany(chunk => BatchSampler.Run(policy.Decoder, weights, chunk));
        return [.. requests.Zip(results, Mark).Chunk(copies).Select(group => group.ToList())];
    }

    private (MarkedSequence, string) Mark(SampleRequest request, SampleResult result)
    {
        var answer = result.Tokens.Select(t => t.Id).ToList();
        int[] all = [.. request.Prompt, .. answer, .. result.Ended ? new[] { policy.Config.EosId } : []];
        return (new(all, [.. all.Select((_, t) => t >= request.Prompt.Count)]), policy.Tokenizer.Decode(answer));
    }

    private CountdownState Deal(SeededChance chance) => (CountdownState)_rules.Start(new Draws(Seed(chance), "deal/0"), 2);

    private CountdownState Short(SeededChance chance)
    {
        while (true)
        {
            if (Deal(chance) is var problem && CountdownSolutions.IsShort(problem.Numbers, problem.Target))
            {
                return problem;
            }
        }
    }

    private string Compact(CountdownState problem) => _rules.Observe(problem, 0).Compact!;

    private string? Legal(CountdownState problem, string text) => _rules.Read(problem, 0, text).Canonical;

    /// <summary>The share of the others that each answer beats, by the rules; no answer is beaten by all.</summary>
    private double[] Scores(CountdownState problem, IReadOnlyList<string?> answers) =>
        [.. _rules.Outcome(problem with { Seats = answers.Count, Answers = answers })!.Select(micro => micro / 1e6)];

    private static byte[] Seed(SeededChance chance)
    {
        var seed = new byte[32];
        for (var i = 0; i < 4; i++)
        {
            BitConverter.TryWriteBytes(seed.AsSpan(8 * i), chance.NextWord());
        }
        return seed;
    }
}
