using System.Text.Json.Nodes;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

/// <summary>Metrics under TRL's names, against the same numbers from whole distributions.</summary>
[Collection(TorchCollection.Name)]
public sealed class StepMetricsTests : IDisposable
{
    private const string Given = """
        {"prompt":"tic-tac-toe:519","chosen":"3746","rejected":"7"}
        {"prompt":"tic-tac-toe:","chosen":"5","rejected":"28"}
        {"prompt":"tic-tac-toe:15","chosen":"9","rejected":"1"}
        """;

    private static readonly string[] OfPairs =
        ["entropy", "grad_norm", "learning_rate", "logits/chosen", "logits/rejected", "logps/chosen", "logps/rejected", "loss", "mean_token_accuracy", "num_tokens", "rewards/accuracies", "rewards/chosen", "rewards/margins", "rewards/rejected"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sigmoid", "")]
    [InlineData("sigmoid:1,sft:0.2", "nll_loss")]
    [InlineData("orpo", "log_odds_chosen,log_odds_ratio,nll_loss")]
    public void A_step_on_pairs_has_TRLs_names(string loss, string more)
    {
        var metrics = Pairs(new TrainOptions(Method: "dpo", Loss: loss));
        Assert.Equal([.. OfPairs.Concat(more.Split(',', StringSplitOptions.RemoveEmptyEntries)).Order(StringComparer.Ordinal)], metrics.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("kto", "entropy,grad_norm,kl,learning_rate,logits/chosen,logits/rejected,logps/chosen,logps/rejected,loss,mean_token_accuracy,num_tokens,rewards/chosen,rewards/margins,rewards/rejected")]
    [InlineData("sft", "entropy,grad_norm,learning_rate,loss,mean_token_accuracy,num_tokens")]
    public void Steps_on_answers_have_TRLs_names(string method, string names)
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var answers = AnswerData.Parse(Given, "given", start.Tokenizer, start.Config);
        var update = new AnswerUpdate(policy, optimizer, new TrainOptions(Method: method));
        Assert.Equal(names.Split(','), update.Step(answers, update.Reference(answers)).Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Numbers_of_whole_distributions_are_those_of_plain_logits(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var start = TinyModels.Shipped();
        using var weights = start.Weights.Copy(type);
        using var decoder = new Decoder(start.Config, type);
        var bound = DecoderWeights.Bind(start.Config, weights.Views());
        // All nine first moves are there, so that some token is the likeliest whatever the shipped weights are.
        var others = string.Concat("13".Zip("24").Concat("68".Zip("79")).Select(p => $$"""{"prompt":"tic-tac-toe:","chosen":"{{p.First}}","rejected":"{{p.Second}}"}""" + "\n"));
        var pairs = PreferenceData.Parse($"{Given}\n{others}", "given", start.Tokenizer, start.Config);
        MarkedSequence[] stacked = [.. pairs.Select(p => p.Chosen), .. pairs.Select(p => p.Rejected)];
        var head = SequenceScorer.Score(decoder, bound, stacked, describe: true).Head!;
        var at = 0;
        foreach (var sequence in stacked)
        {
            var logits = Decoder.Logits(bound, decoder.Hidden(bound, tensor(sequence.Tokens.Select(t => (long)t).ToArray(), [1, sequence.Tokens.Length]))).to_type(ScalarType.Float64).squeeze(0);
            for (var t = 0; t + 1 < sequence.Tokens.Length; t++)
            {
                if (sequence.Counted[t + 1])
                {
                    var row = logits[t].data<double>().ToArray();
                    var sum = row.Sum(Math.Exp);
                    Assert.Equal(row.Average(), head.MeanLogit[at], 1e-4);
                    Assert.Equal(row.Sum(x => Math.Exp(x) / sum * (Math.Log(sum) - x)), head.Entropy[at], 1e-4);
                    Assert.Equal(Array.IndexOf(row, row.Max()) == sequence.Tokens[t + 1], head.Hit[at]);
                    at++;
                }
            }
        }
        Assert.Equal(head.Hit.Length, at);
        Assert.Contains(true, head.Hit);
        Assert.Contains(false, head.Hit);
    }

    [Fact]
    public void Chosen_and_rejected_are_averaged_over_their_own_tokens()
    {
        var metrics = Pairs(new TrainOptions(Method: "dpo"));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var start = TinyModels.Shipped();
        var pairs = PreferenceData.Parse(Given, "given", start.Tokenizer, start.Config);
        HeadNumbers Of(IEnumerable<MarkedSequence> answers) => SequenceScorer.Score(start.Decoder, start.Bind(), [.. answers], describe: true).Head!;
        var (chosen, rejected) = (Of(pairs.Select(p => p.Chosen)), Of(pairs.Select(p => p.Rejected)));
        Assert.Equal(chosen.MeanLogit.Average(), metrics["logits/chosen"], 1e-4);
        Assert.Equal(rejected.MeanLogit.Average(), metrics["logits/rejected"], 1e-4);
        Assert.Equal(chosen.Entropy.Concat(rejected.Entropy).Average(), metrics["entropy"], 1e-4);
        Assert.Equal(chosen.Hit.Average(h => h ? 1.0 : 0), metrics["mean_token_accuracy"], 1e-9);
        // All tokens of both answers, prompts included, as TRL's attention masks count them.
        Assert.Equal(pairs.Sum(p => p.Chosen.Tokens.Length + p.Rejected.Tokens.Length), metrics["num_tokens"]);
    }

    [Fact]
    public void Tokens_are_counted_over_the_whole_run_and_rounds_have_the_numbers_of_their_groups()
    {
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "mix", Rounds: 2, RootsPerOpening: 2, RolloutsPerRoot: 6, EvaluationGames: 0, BatchPairs: 8, Seed: 3);
        new TrainingRun(start, options, "tic-tac-toe", Given, _folder.File("run")).Execute(_ => { }, default);
        var lines = File.ReadLines(_folder.File("run/result/metrics.jsonl")).Select(l => JsonNode.Parse(l)!).ToList();
        var tokens = lines.Select(l => l["num_tokens"]!.GetValue<double>()).ToList();
        Assert.Equal(tokens.Order(), tokens);
        var pairs = PreferenceData.Parse(Given, "given", start.Tokenizer, start.Config);
        Assert.Equal([1, 2], tokens.Take(2).Select(t => t / pairs.Sum(p => p.Chosen.Tokens.Length + p.Rejected.Tokens.Length)));
        // A file's lines: TRL's names, and step, round, the number of items and logps/mean, which are ours.
        Assert.Equal([.. OfPairs.Concat(["pairs", "round", "step"]).Order(StringComparer.Ordinal)], Keys(lines[0]));
        Assert.Equal(
            [
                "clip_ratio", "clip_ratio/high_mean", "clip_ratio/low_mean", "clip_ratio/region_mean", "completions/max_length", "completions/mean_length", "completions/min_length", "entropy", "frac_reward_zero_std", "grad_norm",
                "kl", "learning_rate", "logps/mean", "loss", "num_tokens", "reward", "reward_std", "round", "step", "trajectories",
            ], Keys(lines.First(l => l["trajectories"] is not null)));

        static IEnumerable<string> Keys(JsonNode line) => line.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void A_mix_learns_from_pairs_in_its_first_rounds_and_from_trajectories_in_all()
    {
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "mix", Rounds: 3, RootsPerOpening: 2, RolloutsPerRoot: 6, EvaluationGames: 0, BatchPairs: 8, Seed: 3, PairShare: 0.5);
        new TrainingRun(start, options, "tic-tac-toe", "", _folder.File("run")).Execute(_ => { }, default);
        var lines = File.ReadLines(_folder.File("run/result/metrics.jsonl")).Select(l => JsonNode.Parse(l)!).ToList();

        int[] Rounds(string of) => [.. lines.Where(l => l[of] is not null).Select(l => l["round"]!.GetValue<int>()).Distinct()];
        Assert.Equal([1, 2], Rounds("pairs"));
        Assert.Equal([1, 2, 3], Rounds("trajectories"));
    }

    [Theory]
    [InlineData("linear", "f32", false)]
    [InlineData("cosine", "bf16", true)]
    public void A_run_with_schedule_buckets_parts_and_checkpointing_stopped_at_any_step_leaves_the_same_bytes(string schedule, string dtype, bool lora)
    {
        using var start = TinyModels.Shipped();
        var given = string.Join('\n', Enumerable.Range(1, 20).Select(n => $$"""{"prompt":"tic-tac-toe:{{"5193"[..(n % 4)]}}","chosen":"{{"78246"[(n % 3)..]}}","rejected":"{{n % 5 + 1}}"}"""));
        var options = new TrainOptions(Method: "dpo", Rounds: 0, EvaluationGames: 0, BatchPairs: 4, Seed: 3, LoraRank: lora ? 2 : 0, Schedule: schedule, WarmupRatio: .2, AccumulationSteps: 2, LengthBuckets: true, GradientCheckpointing: true, Dtype: dtype).Checked();
        new TrainingRun(start, options, "tic-tac-toe", given, _folder.File("whole")).Execute(_ => { }, default);
        foreach (var at in new[] { 1, 4, 7 })
        {
            var folder = _folder.File($"stopped-{at}");
            using var stop = new CancellationTokenSource();
            var steps = 0;
            Assert.ThrowsAny<OperationCanceledException>(() => new TrainingRun(start, options, "tic-tac-toe", given, folder).Execute(p =>
            {
                if (p.Metrics.Count == 0 && p.Phase == "pairs" && ++steps == at)
                {
                    stop.Cancel();
                }
            }, stop.Token));
            new TrainingRun(start, options, "tic-tac-toe", given, folder).Execute(_ => { }, default);
            foreach (var path in Directory.GetFiles(_folder.File("whole/result")))
            {
                Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder, "result", Path.GetFileName(path))));
            }
        }
        // Two passes of five steps; the mean of a pass's rates follows from the schedule.
        var rates = File.ReadLines(_folder.File("whole/result/metrics.jsonl")).Select(l => JsonNode.Parse(l)!["learning_rate"]!.GetValue<double>()).ToList();
        Assert.Equal(Enumerable.Range(0, 5).Average(s => 1e-3 * RateSchedule.Share(schedule, s, 10, 2)), rates[0], 1e-12);
        Assert.Equal(Enumerable.Range(5, 5).Average(s => 1e-3 * RateSchedule.Share(schedule, s, 10, 2)), rates[1], 1e-12);
    }

    private static Dictionary<string, double> Pairs(TrainOptions options)
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var pairs = PreferenceData.Parse(Given, "given", start.Tokenizer, start.Config);
        var update = new PairUpdate(policy, optimizer, options);
        var (chosen, rejected) = update.Reference(pairs);
        return update.Step(pairs, chosen, rejected);
    }
}
