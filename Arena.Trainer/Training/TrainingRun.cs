using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Policies;
using Arena.Trainer.SelfPlay;
using Arena.Trainer.Training.Proof;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>What a run has to say while it goes on.</summary>
/// <param name="Phase">"pairs", "round" or "evaluate".</param>
/// <param name="Done">0 to 1, over the whole run.</param>
/// <param name="Metrics">New since the last report.</param>
public sealed record RunProgress(string Phase, double Done, IReadOnlyList<StepMetrics> Metrics);

/// <summary>What a finished run leaves.</summary>
/// <param name="Folder">The new policy's files, the metrics and the samples.</param>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="RandomBefore">Score against random before; null where the space has no fixed opponents here, or evaluation is off.</param>
/// <param name="RandomAfter">After.</param>
/// <param name="GreedyAfter">Against the opponent that wins and blocks at once.</param>
/// <param name="PerfectAfter">Against perfect play; tic-tac-toe only.</param>
public sealed record RunResult(string Folder, int Steps, Score? RandomBefore, Score? RandomAfter, Score? GreedyAfter, Score? PerfectAfter);

/// <summary>
/// A training run: the given pairs first, then rounds of self-play, each learnt by the method asked for, with the policy at the start of the round
/// as reference unless the options name another. Continues from its checkpoint; the same inputs give the same bytes with one thread.
/// </summary>
/// <param name="folder">The run's own: checkpoint, logs and result.</param>
/// <param name="keepEvery">Steps between checkpoints within a phase; stopping leaves one too.</param>
/// <param name="pool">Opponents that a job brought.</param>
/// <param name="saveType">Element type of the result's files; checkpoints are always in 32 bits.</param>
public sealed class TrainingRun(
    Policy start, TrainOptions options, string space, string pairsJsonl, string folder, int keepEvery = 200, IReadOnlyList<PoolOpponent>? pool = null, ScalarType saveType = ScalarType.Float32)
{
    public const string MetricsFile = "metrics.jsonl";

    /// <summary>The samples that the run made itself: pairs in TRL form for DPO, rewarded completions for GRPO.</summary>
    public const string SamplesFile = "training-pairs.jsonl";

    private readonly IRoundSource? _rounds = RoundSources.For(space, start, pool);
    private readonly RunCheckpoint _within = new(Path.Combine(folder, "checkpoint-within"));
    private readonly RunState _fresh = new(options, start.WeightsHash, PreferenceData.Hash(pairsJsonl), false, 0, 0, new SeededChance(options.Seed, stream: 3).State, 0, 0, null);
    private readonly ReferenceCache _reference = new(Path.Combine(folder, "reference.bin"));
    private Action<double> _tick = _ => { };
    private ReferencePolicy? _against;
    private ProofWriter? _proof;
    private long _tokens;

    /// <exception cref="TrainerException">Nothing to learn from, or options that don't go together.</exception>
    public RunResult Execute(Action<RunProgress> report, CancellationToken cancel)
    {
        if (options.ProofEvery > 0 && saveType != ScalarType.Float32)
        {
            throw new TrainerException("A learning proof shows that the result is what the last step left: with proofEvery the result is saved as f32.");
        }
        using var policy = TrainedPolicy.For(start, options);
        using var optimizer = new FlatAdamW(policy.Trained);
        using var against = _against = ReferencePolicy.Of(policy, options.Reference);
        List<PreferencePair> given = options.IsByAnswer ? [] : PreferenceData.Parse(pairsJsonl, "The preference set", start.Tokenizer, start.Config, start.Chat);
        List<LabelledAnswer> answers = options.IsByAnswer ? AnswerData.Parse(pairsJsonl, "The preference set", start.Tokenizer, start.Config, start.Chat) : [];
        var anyGiven = given.Count + answers.Count > 0;
        var result = Path.Combine(folder, "result");
        Directory.CreateDirectory(result);
        var checkpoint = new RunCheckpoint(Path.Combine(folder, "checkpoint"));
        var state = checkpoint.Load(policy, optimizer, IsOurs) ?? _fresh;
        using var metrics = new RunLog(Path.Combine(result, MetricsFile), state.MetricsBytes);
        using var samples = new RunLog(Path.Combine(result, SamplesFile), state.SamplesBytes);
        var chance = state.Generator();
        _tokens = state.Tokens;
        using var proof = options.ProofEvery == 0 ? null : new ProofWriter(
            new ProofFiles(folder), new(start.WeightsHash, _fresh.Data, space, options, ProofHashes.Weights(policy.Trained)), policy.Trained, optimizer, state.ProofSteps, state.ProofBatches);
        _proof = proof;

        // Where there is nobody to play, a run is its given set.
        var rounds = _rounds is null ? 0 : options.Rounds;
        if (!anyGiven && rounds == 0)
        {
            var why = start.Chat.HasTemplate ? " for a policy that reads the full text" : _rounds is null ? $" in \"{space}\"" : "";
            throw new TrainerException($"There is nothing to learn from: no usable preference pairs (those longer than {start.Config.MaxPositions} tokens, or whose answers are equal, are left out), and no rounds of self-play{why}.");
        }
        if (state.Before is null && options.EvaluationGames > 0)
        {
            report(new("evaluate", 0, []));
            state = state with { Before = Evaluate(policy, "random") };
            Keep();
        }
        // One more share for the phase of given pairs, when there are any.
        var (before, phases) = (anyGiven ? 1 : 0, rounds + (anyGiven ? 1 : 0));
        var phase = 0;
        _tick = share => report(new(phase == 0 ? "pairs" : "round", phases == 0 ? 1 : Math.Min(1, (Math.Max(0, phase - 1 + (phase == 0 ? 0 : before)) + share) / phases), []));
        if (!state.PairsDone)
        {
            Learn(0, answers.Count > 0 ? LearnAnswers(policy, optimizer, answers, chance, 0, cancel) : given.Count > 0 ? LearnPairs(policy, optimizer, given, chance, 0, cancel) : []);
            state = state with { PairsDone = true };
            Keep();
        }
        for (var round = state.Round + 1; round <= rounds; round++)
        {
            phase = round;
            Learn(round, PlayAndLearn(policy, optimizer, _rounds!, chance, round, samples, cancel));
            state = state with { Round = round };
            Keep();
        }
        policy.Save(result, saveType);
        report(new("evaluate", 1, []));
        return new(result, optimizer.Steps, state.Before, Evaluate(policy, "random"), Evaluate(policy, "greedy"), Evaluate(policy, "perfect"));

        void Learn(int round, IEnumerable<StepMetrics> lines)
        {
            foreach (var line in lines)
            {
                metrics.Append([line.ToJson().ToJsonString(JsonStyle.Wire)]);
                report(new(round == 0 ? "pairs" : "round", phases == 0 ? 1 : Math.Min(1, (round == 0 ? 0.5 : round - 1 + before) / phases), [line]));
            }
        }

        void Keep()
        {
            metrics.Flush();
            samples.Flush();
            proof?.Flush();
            var (steps, batches) = proof?.Lengths ?? (0, 0);
            state = state with { Steps = optimizer.Steps, Tokens = _tokens, Chance = chance.State, MetricsBytes = metrics.Length, SamplesBytes = samples.Length, ProofSteps = steps, ProofBatches = batches };
            checkpoint.Save(state, policy, optimizer);
            _within.Remove();
        }
    }

    private bool IsOurs(RunState state) => state.Options == options && state.Base == _fresh.Base && state.Data == _fresh.Data;

    /// <summary>Plays one round with the policy as it is and learns from it; one line of metrics per pass over the data.</summary>
    private IEnumerable<StepMetrics> PlayAndLearn(TrainedPolicy policy, FlatAdamW optimizer, IRoundSource source, SeededChance chance, int round, RunLog samples, CancellationToken cancel)
    {
        List<AnswerGroup> groups;
        using (NewDisposeScope())
        using (no_grad())
        {
            groups = source.Sample(policy.Bind(), options.LearnsPairsIn(round) ? options : options with { Method = "grpo" }, chance);
        }
        cancel.ThrowIfCancellationRequested();
        if (options.LearnsPairsIn(round))
        {
            var pairs = RoundData.Pairs(groups, source.PairGap, options.PairsPerRoot, round);
            samples.Append(pairs.Select(p => p.Line.ToJsonString(JsonStyle.Wire)));
            var lines = pairs.Count == 0 ? []
                : options.IsByAnswer ? LearnAnswers(policy, optimizer, AnswerData.Of(pairs.Select(p => p.Pair)), chance, round, cancel)
                : LearnPairs(policy, optimizer, [.. pairs.Select(p => p.Pair)], chance, round, cancel);
            foreach (var line in lines)
            {
                yield return line;
            }
        }
        if (options.LearnsTrajectories)
        {
            var trajectories = RoundData.Trajectories(groups, round, options.ScaleRewards);
            samples.Append(trajectories.Select(t => t.Line.ToJsonString(JsonStyle.Wire)));
            foreach (var line in LearnTrajectories(policy, optimizer, [.. trajectories.Select(t => t.Trajectory)], RoundData.Describe(groups, trajectories.Count), chance, round, cancel))
            {
                yield return line;
            }
        }
    }

    private List<StepMetrics> LearnPairs(TrainedPolicy policy, FlatAdamW optimizer, List<PreferencePair> pairs, SeededChance chance, int round, CancellationToken cancel)
    {
        var update = new PairUpdate(policy, optimizer, options, _reference, _against);
        var (chosen, rejected) = update.Reference(pairs);
        return Passes(ProofFiles.Pairs, i => ProofFiles.Item(i, pairs[i], chosen[i], rejected[i]), [.. pairs.Select(p => Math.Max(p.Chosen.Tokens.Length, p.Rejected.Tokens.Length))], options.BatchPairs, policy, optimizer, chance, round, cancel, (batch, rate) =>
            update.Step([.. batch.Select(i => pairs[i])], [.. batch.Select(i => chosen[i])], [.. batch.Select(i => rejected[i])], rate), new() { ["pairs"] = pairs.Count });
    }

    private List<StepMetrics> LearnAnswers(TrainedPolicy policy, FlatAdamW optimizer, List<LabelledAnswer> answers, SeededChance chance, int round, CancellationToken cancel)
    {
        if (options.Method == "sft")
        {
            // Only good answers are imitated.
            answers = [.. answers.Where(a => a.Good)];
        }
        if (answers.Count == 0)
        {
            return [];
        }
        var update = new AnswerUpdate(policy, optimizer, options, _reference, _against);
        var reference = update.Reference(answers);
        // No proof is written of these: the options refuse it.
        return Passes("answers", i => $"{i}", [.. answers.Select(a => a.Sequence.Tokens.Length)], 2 * options.BatchPairs, policy, optimizer, chance, round, cancel, (batch, rate) =>
            update.Step([.. batch.Select(i => answers[i])], [.. batch.Select(i => reference[i])], rate), new() { ["answers"] = answers.Count });
    }

    private List<StepMetrics> LearnTrajectories(TrainedPolicy policy, FlatAdamW optimizer, List<ScoredTrajectory> trajectories, Dictionary<string, double> groups, SeededChance chance, int round, CancellationToken cancel)
    {
        if (trajectories.Count == 0)
        {
            return [];
        }
        var update = new TrajectoryUpdate(policy, optimizer, options);
        var sampled = update.Sampled(trajectories);
        var reference = update.Reference(trajectories, _against!);
        return Passes(ProofFiles.Trajectories, i => ProofFiles.Item(i, trajectories[i], sampled[i]), [.. trajectories.Select(t => t.Sequence.Tokens.Length)], 4 * options.BatchPairs, policy, optimizer, chance, round, cancel, (batch, rate) =>
            update.Step([.. batch.Select(i => trajectories[i])], [.. batch.Select(i => sampled[i])], rate, reference is null ? null : [.. batch.Select(i => reference[i])]), groups);
    }

    /// <summary>
    /// Epochs of shuffled minibatches; the mean of each epoch's step metrics. A checkpoint within the phase skips what it had learnt: data, reference
    /// and order were made again from the phase's beginning, so the rest goes as it would have gone. A run that leaves a proof does the phase again
    /// instead: each of its steps must be recorded.
    /// </summary>
    /// <param name="kind">Of the items, as the proof names it.</param>
    /// <param name="item">An item as the proof keeps it.</param>
    /// <param name="lengths">Tokens of each item.</param>
    /// <param name="step">Gets the items of a batch and the learning rate.</param>
    private List<StepMetrics> Passes(
        string kind, Func<int, string> item, IReadOnlyList<int> lengths, int batchSize, TrainedPolicy policy, FlatAdamW optimizer, SeededChance chance, int round, CancellationToken cancel, Func<int[], double, Dictionary<string, double>> step, Dictionary<string, double> extra)
    {
        var count = lengths.Count;
        var from = optimizer.Steps;
        var place = _proof is not null ? null : _within.Peek(s => IsOurs(s) && s.Within is { } within && within.Round == round && within.From == from)?.Within;
        var (lines, steps, done) = (new List<StepMetrics>(), new List<StepMetrics>(), 0);
        var batches = options.StepsOf(count, batchSize);
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            // Each pass is shuffled from the natural order: the generator's state alone then tells a verifier the batches.
            var seed = chance.State;
            var order = BatchOrder.Draw(chance, lengths, batchSize, options.LengthBuckets);
            steps.Clear();
            foreach (var (part, batch) in order.Index())
            {
                if (done < place?.Done)
                {
                    if (++done == place.Done)
                    {
                        _within.Load(policy, optimizer, IsOurs);
                        (lines, steps, _tokens) = ([.. place.Passes], [.. place.Steps], place.Tokens);
                    }
                    continue;
                }
                if (cancel.IsCancellationRequested)
                {
                    Keep();
                    cancel.ThrowIfCancellationRequested();
                }
                var rate = options.RateOf(round, optimizer.Steps, batches);
                var values = _proof is null ? step(batch, rate) : _proof.Record(kind, round, count, part, seed, [.. batch.Select(item)], () => step(batch, rate));
                _tokens += (long)values["num_tokens"];
                steps.Add(new(optimizer.Steps, round, values));
                done++;
                _tick(done / (double)batches);
                if (done % keepEvery == 0 && done < batches)
                {
                    Keep();
                }
            }
            if (steps.Count == 0)
            {
                continue;
            }
            // A minibatch of KTO may lack one kind of answer and then has no number for it.
            var means = steps[0].Values.Keys.ToDictionary(k => k, k => steps.Select(s => s.Values[k]).Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average());
            // TRL counts tokens over the whole run.
            means["num_tokens"] = _tokens;
            foreach (var (name, value) in extra)
            {
                means[name] = value;
            }
            lines.Add(new(optimizer.Steps, round, means));
        }
        return lines;

        void Keep()
        {
            if (done > 0 && _proof is null)
            {
                _within.Save(_fresh with { Steps = optimizer.Steps, Within = new(round, from, done, [.. lines], [.. steps], _tokens) }, policy, optimizer);
            }
        }
    }

    private Score? Evaluate(TrainedPolicy policy, string opponent)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return options.EvaluationGames == 0 ? null : _rounds?.Evaluate(policy.Bind(), opponent, options.EvaluationGames);
    }
}
