using System.IO.Compression;
using System.Text;
using Arena.Engine.Preferences;
using Parquet;

namespace Arena.Tests.Engine.Preferences;

public sealed class PairSelectionTests
{
    private static readonly Guid Agent = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly SelectionOptions Everything = new(MinMargin: 0, MostSimilar: 1, MostPerAgent: 1_000, MostPerJudge: 1_000, LongerShare: 1, TestShare: 0);

    private static PairCandidate Pair(int i, string prompt, string chosen, string rejected, double margin = 0.5, string source = "fork", Guid? agent = null, params string[] judges) => new(
        new(prompt, chosen, rejected, margin, "space", "text", source, Guid.Empty, i, Agent, Agent, null, string.Join(' ', judges), "cc-by-4.0", $"{i:x64}", DateTimeOffset.UnixEpoch), agent ?? Agent, judges);

    private static int Dropped(SelectedPairs pairs, string filter) => pairs.Dropped.Single(d => d.Filter == filter).Count;

    [Fact]
    public void Pairs_below_the_margin_and_doubles_go()
    {
        var chosen = PairSelection.Choose([Pair(1, "p", "a", "b", 0.1), Pair(2, "p", "c", "d", 0.5), Pair(3, "p ", " c", "d", 0.4), Pair(4, "p", "e", "e ", 0.9)], [], Everything with { MinMargin = 0.25 });
        Assert.Equal([2], chosen.Train.Select(p => p.Turn));
        Assert.Equal((1, 1, 1), (Dropped(chosen, "margin"), Dropped(chosen, "duplicate"), Dropped(chosen, "equal answers")));
        Assert.Equal(4, chosen.Considered);
        Assert.Equal(chosen.Considered, chosen.Train.Count + chosen.Test.Count + chosen.Dropped.Sum(d => d.Count));
    }

    [Fact]
    public void A_pair_at_the_margin_stays_and_a_text_like_one_kept_is_not_kept_at_the_limit()
    {
        Assert.Equal([1], PairSelection.Choose([Pair(1, "p", "a", "b", 0.25), Pair(2, "p", "c", "d", 0.2499)], [], Everything with { MinMargin = 0.25 }).Train.Select(p => p.Turn));
        var kept = new MinHash();
        Assert.True(kept.TryKeep(Essay, 1));
        Assert.False(kept.TryKeep(Essay, 1));
    }

    [Fact]
    public void Blanks_do_not_hide_an_evaluation_prompt() =>
        Assert.Empty(PairSelection.Choose([Pair(1, " tic-tac-toe:519\n", "3", "2")], ["tic-tac-toe:519"], Everything).Train);

    [Fact]
    public void Of_two_opposite_comparisons_the_clearer_stays_and_of_equal_ones_neither()
    {
        Assert.Equal([1], PairSelection.Choose([Pair(1, "p", "a", "b", 0.8), Pair(2, "p", "b", "a", 0.3)], [], Everything).Train.Select(p => p.Turn));
        Assert.Empty(PairSelection.Choose([Pair(1, "p", "a", "b", 0.5), Pair(2, "p", "b", "a", 0.5)], [], Everything).Train);
    }

    private const string Essay = "The river runs slowly through the old town and past the mill where nobody has worked for thirty years because the wheel is broken and the miller is gone and the stones are worn";

    [Fact]
    public void Judged_texts_that_are_nearly_the_same_are_kept_once_but_positions_of_games_all()
    {
        PairCandidate[] near = [Pair(1, Essay, Essay + " good", "bad", 0.9, "judged"), Pair(2, Essay, Essay + " fine", "bad", 0.5, "judged"), Pair(3, "Another prompt about ships and the sea and what sailors ate in winter", "Bread", "Stones", 0.4, "judged")];
        var chosen = PairSelection.Choose(near, [], Everything with { MostSimilar = 0.8 });
        Assert.Equal([1, 3], chosen.Train.Select(p => p.Turn));
        Assert.Equal(1, Dropped(chosen, "near duplicate"));
        Assert.Equal(3, PairSelection.Choose(near.Select(c => c with { Line = c.Line with { Source = "fork" } }), [], Everything with { MostSimilar = 0.8 }).Train.Count);
    }

    [Fact]
    public void The_estimate_of_similarity_is_near_the_truth()
    {
        var words = Enumerable.Range(0, 400).Select(i => $"w{i}").ToList();
        foreach (var shared in (int[])[0, 100, 200, 300, 400])
        {
            var a = string.Join(' ', words);
            var b = string.Join(' ', words.Take(shared).Concat(Enumerable.Range(shared, 400 - shared).Select(i => $"v{i}")));
            var (x, y) = (MinHash.Runs(a), MinHash.Runs(b));
            var truth = x.Intersect(y).Count() / (double)x.Union(y).Count();
            Assert.InRange(MinHash.Similarity(MinHash.Sign(a), MinHash.Sign(b)), truth - 0.15, truth + 0.15);
        }
    }

    [Fact]
    public void Nothing_of_an_evaluation_prompt_is_trained_on()
    {
        var evaluation = new[] { "tic-tac-toe:519", Essay };
        var chosen = PairSelection.Choose(
            [Pair(1, "tic-tac-toe:519", "3", "2"), Pair(2, "tic-tac-toe:518", "3", "2"), Pair(3, "Please continue: the river runs slowly through the old town and past the MILL.", "x", "y", 0.5, "judged"), Pair(4, "The river is deep.", "x", "y", 0.5, "judged")],
            evaluation, Everything);
        Assert.Equal([2, 4], chosen.Train.Select(p => p.Turn).Order());
        Assert.Equal(2, Dropped(chosen, "contamination"));
    }

    [Fact]
    public void What_all_evaluation_prompts_say_is_no_leak()
    {
        const string Form = "Write a short persuasive text on this brief, please. ";
        var chosen = PairSelection.Choose(
            [Pair(1, Form + "Sell umbrellas in the desert to people who have never seen a cloud.", "x", "y", 0.5, "judged"), Pair(2, Form + "Praise the slow train from the coast to the hills at dawn.", "x", "y", 0.5, "judged")],
            [Form + "Praise the slow train from the coast to the hills at dawn, in verse.", Form + "Warn of the dog."], Everything);
        Assert.Equal([1], chosen.Train.Select(p => p.Turn));
    }

    [Fact]
    public void No_agent_and_no_judge_gives_more_than_its_share_and_the_clearest_stay()
    {
        var other = Guid.Parse("00000000-0000-0000-0000-000000000002");
        var chosen = PairSelection.Choose([.. Enumerable.Range(1, 6).Select(i => Pair(i, $"p{i}", "a", "b", i / 10.0)), Pair(9, "q", "a", "b", 0.1, agent: other)], [], Everything with { MostPerAgent = 2 });
        Assert.Equal([5, 6, 9], chosen.Train.Select(p => p.Turn).Order());
        Assert.Equal(4, Dropped(chosen, "agent cap"));

        chosen = PairSelection.Choose([Pair(1, "p1", "a", "b", 0.9, "judged", null, "j", "k"), Pair(2, "p2", "a", "b", 0.8, "judged", null, "j"), Pair(3, "p3", "a", "b", 0.7, "judged", null, "k"), Pair(4, "p4", "a", "b", 0.6)], [], Everything with { MostPerJudge = 1 });
        Assert.Equal([1, 4], chosen.Train.Select(p => p.Turn));
    }

    [Fact]
    public void The_longer_answer_is_not_simply_the_better_one()
    {
        var pairs = Enumerable.Range(1, 9).Select(i => Pair(i, $"p{i}", new string('a', 10 + i), "b", 0.5, "judged")).Concat(Enumerable.Range(10, 3).Select(i => Pair(i, $"p{i}", "a", "bbbb", 0.5, "judged"))).ToList();
        var chosen = PairSelection.Choose(pairs, [], Everything with { LongerShare = 0.6 });
        // 4 of 7 is the most that stays below 60 %.
        Assert.Equal([1, 2, 3, 4, 10, 11, 12], chosen.Train.Select(p => p.Turn).Order());
        Assert.Equal(9, PairSelection.Choose(pairs.Take(9), [], Everything with { LongerShare = 0.6 }).Train.Count);
    }

    [Fact]
    public void Answers_of_one_length_are_not_longer_ones()
    {
        // Three longer ones beside four others: 3 of 7 is below 60 %.
        var pairs = Enumerable.Range(1, 7).Select(i => Pair(i, $"p{i}", i <= 3 ? "aaaa" : "aa", i == 7 ? "bbb" : "bb", 0.5, "judged"));
        Assert.Equal(7, PairSelection.Choose(pairs, [], Everything with { LongerShare = 0.6 }).Train.Count);
    }

    [Fact]
    public void Splits_share_no_prompt_and_the_order_of_the_pairs_does_not_matter()
    {
        var pairs = Enumerable.Range(0, 400).Select(i => Pair(i, $"p{i / 2}", $"a{i}", "b")).ToList();
        var (one, two) = (PairSelection.Choose(pairs, [], Everything with { TestShare = 0.2 }), PairSelection.Choose(Enumerable.Reverse(pairs), [], Everything with { TestShare = 0.2 }));
        Assert.Equal(one.Train, two.Train);
        Assert.Equal(one.Test, two.Test);
        Assert.InRange(one.Test.Count, 40, 130);
        Assert.Empty(one.Train.Select(p => p.Prompt).Intersect(one.Test.Select(p => p.Prompt)));
    }

    [Fact]
    public async Task The_set_has_a_card_that_says_what_was_dropped_and_parquet_that_reads_back()
    {
        var pairs = PairSelection.Choose([.. Enumerable.Range(0, 60).Select(i => Pair(i, $"prompt {i} 🙂", "a\n\"", "b", i / 60.0))], [], new SelectionOptions(TestShare: 0.3));
        var zip = await PairDataSet.ZipAsync(pairs, new(TestShare: 0.3), new("A \"set\"", DateTimeOffset.UnixEpoch, 0, 0), default);
        Assert.Equal(zip, await PairDataSet.ZipAsync(pairs, new(TestShare: 0.3), new("A \"set\"", DateTimeOffset.UnixEpoch, 0, 0), default));
        await using var archive = new ZipArchive(new MemoryStream(zip));
        Assert.Equal(["README.md", "data/train-00000-of-00001.parquet", "jsonl/train.jsonl", "data/test-00000-of-00001.parquet", "jsonl/test.jsonl"], archive.Entries.Select(e => e.FullName));
        using var reader = new StreamReader(archive.GetEntry("README.md")!.Open(), Encoding.UTF8);
        var card = await reader.ReadToEndAsync();
        Assert.StartsWith("---\npretty_name: \"A \\\"set\\\"\"\nlicense: cc-by-4.0\n", card, StringComparison.Ordinal);
        Assert.Contains($"  - name: train\n    num_bytes: {PairCard.ArrowBytes(pairs.Train)}\n    num_examples: {pairs.Train.Count}\n", card, StringComparison.Ordinal);
        Assert.Contains("| margin | 15 |", card, StringComparison.Ordinal);

        var bytes = new MemoryStream();
        await archive.GetEntry("data/train-00000-of-00001.parquet")!.Open().CopyToAsync(bytes);
        await using var parquet = await ParquetReader.CreateAsync(bytes);
        using var group = parquet.OpenRowGroupReader(0);
        Assert.Equal(PairCard.Columns.Select(c => c.Name), parquet.Schema.DataFields.Select(f => f.Name));
        var prompts = new string?[group.RowCount];
        await group.ReadAsync(parquet.Schema.DataFields[0], prompts.AsMemory(), null, default);
        Assert.Equal(pairs.Train.Select(p => p.Prompt), prompts);
        var margins = new double[group.RowCount];
        await group.ReadAsync<double>(parquet.Schema.DataFields[3], margins.AsMemory(), null, default);
        Assert.Equal(pairs.Train.Select(p => p.Margin), margins);
    }
}
