using System.CommandLine;
using System.Text.Json.Nodes;
using Arena.Trainer.Chance;
using Arena.Trainer.Chat;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Rewards;
using Arena.Trainer.Training;
using Spectre.Console;

namespace Arena.Trainer.Commands;

/// <summary>Reward models: trained on pairs, asked for scores.</summary>
internal static class RewardCommand
{
    public const string MetricsFile = "metrics.jsonl";

    public static Command Create() => new("reward", "Trains a reward model on preference pairs (Bradley-Terry), or scores answers with one") { Train(), Score() };

    private static Command Train()
    {
        var (model, seed, threads) = (CommonOptions.Model(), CommonOptions.Seed(1), CommonOptions.Threads());
        var pairs = new Option<string>("--pairs") { Description = "JSON lines with prompt, chosen, rejected (TRL's form)", Required = true };
        var output = new Option<string>("--out") { Description = "Folder for the reward model", Required = true };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 3 };
        var batch = new Option<int>("--batch") { Description = "Pairs a step", DefaultValueFactory = _ => 32 };
        var rate = new Option<double>("--learning-rate") { DefaultValueFactory = _ => 1e-4 };
        var center = new Option<double>("--center") { Description = "Weight of (chosen + rejected) squared", DefaultValueFactory = _ => 0 };
        var command = new Command("train", "Puts a scalar head over a policy and trains both on pairs") { model, pairs, output, epochs, batch, rate, center, seed, threads };
        command.SetAction((parse, cancel) =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            var options = new RewardOptions(parse.GetValue(epochs), parse.GetValue(batch), parse.GetValue(rate), parse.GetValue(center), Seed: parse.GetValue(seed)).Checked();
            using var policy = ShippedModel.Load(parse.GetRequiredValue(model));
            using var reward = RewardModel.Over(policy, new SeededChance(options.Seed, stream: 6));
            var path = parse.GetRequiredValue(pairs);
            var data = PreferenceData.Parse(TextFile.Read(path), path, policy.Tokenizer, policy.Config, policy.Chat);
            var folder = Path.GetFullPath(parse.GetRequiredValue(output));
            Directory.CreateDirectory(folder);
            var last = new List<StepMetrics>();
            using (var log = new RunLog(Path.Combine(folder, MetricsFile), 0))
            {
                new RewardTraining(reward, options).Run(data, step =>
                {
                    log.Append([step.ToJson().ToJsonString(JsonStyle.Wire)]);
                    last = [step];
                }, cancel);
                log.Flush();
            }
            reward.Save(folder);
            AnsiConsole.WriteLine($"{data.Count} pairs, {last[0].Step} steps; the last: loss {last[0].Values["loss"]:F3}, accuracy {last[0].Values["accuracy"]:F3}. The reward model is in {folder}");
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Score()
    {
        var threads = CommonOptions.Threads();
        var model = new Option<string>("--model") { Description = "Folder of a reward model", Required = true };
        var data = new Option<string>("--data") { Description = "JSON lines with prompt and completion, or with prompt, chosen, rejected", Required = true };
        var command = new Command("score", "Prints a line of JSON with the score of each answer") { model, data, threads };
        command.SetAction(parse =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            using var reward = RewardModel.Load(parse.GetRequiredValue(model));
            var path = parse.GetRequiredValue(data);
            // As in training: texts and messages are read the model's own way.
            var chat = ChatFormat.Load(parse.GetRequiredValue(model), reward.Tokenizer, TimeProvider.System);
            var answers = AnswerData.Parse(TextFile.Read(path), path, reward.Tokenizer, reward.Config, chat);
            foreach (var (answer, score) in answers.Zip(reward.Score([.. answers.Select(a => a.Sequence)])))
            {
                var text = reward.Tokenizer.Decode(answer.Sequence.Tokens.Where((_, t) => answer.Sequence.Counted[t]));
                Console.WriteLine(new JsonObject { ["completion"] = text, ["good"] = answer.Good, ["score"] = score }.ToJsonString(JsonStyle.Wire));
            }
        });
        return command;
    }
}

internal static class TextFile
{
    /// <exception cref="TrainerException">It can't be read.</exception>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainerException($"{path} can't be read: {e.Message}", e);
        }
    }
}
