using Arena.Rules;
using Arena.Trainer.Chance;
using Arena.Trainer.Policies;
using Arena.Trainer.Pretraining;

namespace Arena.Tests.Trainer.Pretraining;

[Collection(TorchCollection.Name)]
public sealed class PretrainRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_seed_makes_the_same_bytes()
    {
        var options = new PretrainOptions(Steps: 8, TicTacToeRows: 16, ConnectFourRows: 4, CountdownRows: 4, Seed: 9);
        var bytes = Make("a", options);
        Assert.Equal(bytes, Make("b", options));
        Assert.NotEqual(bytes, Make("c", options with { Seed = 10 }));
    }

    [Fact]
    public void The_shipped_model_is_what_pretrain_makes()
    {
        if (Environment.GetEnvironmentVariable("ARENA_FULL") != "1")
        {
            Assert.Skip("Takes minutes: runs with ARENA_FULL=1.");
        }
        Assert.Equal(File.ReadAllBytes(Path.Combine(ShippedModel.Folder, Policy.WeightsFile)), Make("again", new PretrainOptions()));
    }

    [Fact]
    public void Made_countdown_answers_are_right_by_the_rules()
    {
        var rules = SpaceRegistry.Find("countdown")!;
        var chance = new SeededChance(4);
        for (var n = 0; n < 200; n++)
        {
            var (prompt, answer) = CountdownSolutions.Next(chance);
            var numbers = prompt["countdown:".Length..prompt.IndexOf('=')].Split(',').Select(int.Parse).ToList();
            var target = int.Parse(prompt[(prompt.IndexOf('=') + 1)..^1]);
            Assert.Equal(6, numbers.Count);
            var state = new Arena.Rules.Spaces.Countdown.CountdownState(numbers, target, 2, null);
            var reading = rules.Read(state, 0, answer);
            Assert.True(reading.IsLegal, $"{prompt}{answer}: {reading.Illegal}");
            var end = rules.Apply(state, new Dictionary<int, string> { [0] = reading.Canonical!, [1] = $"{numbers[0]}" });
            // Against a bare number that is not the target, an exact answer wins.
            Assert.Equal(numbers[0] == target ? 500_000 : 1_000_000, rules.Outcome(end)![0]);
        }
    }

    [Theory]
    [InlineData(100, true, 25, 4, 7, 9, 3, 3)]
    [InlineData(103, true, 25, 4, 7, 9, 3, 3)]
    [InlineData(6, true, 100, 2, 75, 3, 50, 25)]
    [InlineData(1, true, 100, 2, 75, 3, 50, 25)]
    [InlineData(999, false, 1, 1, 2, 2, 3, 3)]
    [InlineData(120, false, 2, 3, 4, 5, 1, 1)]
    public void A_deal_is_short_when_two_or_three_numbers_reach_the_target(int target, bool isShort, params int[] numbers) =>
        Assert.Equal(isShort, CountdownSolutions.IsShort(numbers, target));

    private byte[] Make(string name, PretrainOptions options)
    {
        using var weights = PretrainRun.Run(PretrainOptions.Tiny, options);
        PretrainRun.Save(_folder.File(name), PretrainOptions.Tiny, weights);
        return File.ReadAllBytes(_folder.File($"{name}/{Policy.WeightsFile}"));
    }
}
