using Arena.Engine.Agents;
using Arena.Engine.Preferences;
using Arena.Engine.Verdicts;

namespace Arena.Tests.Engine.Preferences;

public sealed class TrlImportTests
{
    [Theory]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b"}""", "p", "a", "b")]
    [InlineData("""{"chosen":"The sky is blue","rejected":"The sky is green","margin":0.5}""", "The sky is", " blue", " green")]
    [InlineData("""{"prompt":[{"role":"user","content":"p"}],"chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}]}""", "p", "a", "b")]
    [InlineData("""{"chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"b"}]}""", "p", "a", "b")]
    public void The_forms_of_trl_are_read(string line, string prompt, string chosen, string rejected)
    {
        var (pairs, problems) = TrlImport.Read(line);
        Assert.Empty(problems);
        Assert.Equal((prompt, chosen, rejected), pairs.Select(p => (p.Prompt, p.Chosen, p.Rejected)).Single());
    }

    [Theory]
    [InlineData("""{"prompt":[S,U,A,V],"chosen":[B],"rejected":[C]}""")]
    [InlineData("""{"prompt":[S,U,A,V],"chosen":"b","rejected":"c"}""")]
    [InlineData("""{"chosen":[S,U,A,V,B],"rejected":[S,U,A,V,C]}""")]
    public void A_conversation_before_the_answer_is_kept_as_it_was(string line)
    {
        var (pairs, problems) = TrlImport.Read(Messages(line));
        Assert.Empty(problems);
        var pair = Assert.Single(pairs);
        Assert.True(pair.IsConversation);
        Assert.Equal(("b", "c"), (pair.Chosen, pair.Rejected));
        Assert.Equal("""[{"role":"system","content":"Be \"kind\", é."},{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"user","content":"v"}]""", pair.Prompt);
    }

    [Theory]
    [InlineData("""{"prompt":[U,A],"chosen":[B],"rejected":[C]}""", "does not end with a message of the user")]
    [InlineData("""{"chosen":[U,A,V,B],"rejected":[U,B,V,C]}""", "only the last answer may differ")]
    [InlineData("""{"prompt":[U,S,U],"chosen":[B],"rejected":[C]}""", "as the first, system")]
    [InlineData("""{"prompt":[{"role":"tool","content":"x"},U],"chosen":[B],"rejected":[C]}""", "\"tool\"")]
    [InlineData("""{"prompt":[{"role":"user","content":" "},A,U],"chosen":[B],"rejected":[C]}""", "is empty")]
    public void What_is_no_question_with_two_answers_is_refused(string line, string words) =>
        Assert.Contains(words, Assert.Single(TrlImport.Read(Messages(line)).Problems).Problem, StringComparison.Ordinal);

    /// <summary>The letters of the cases above as messages.</summary>
    private static string Messages(string line) => new Dictionary<string, string>
    {
        ["S"] = """{"role":"system","content":"Be \"kind\", é."}""",
        ["U"] = """{"role":"user","content":"u"}""",
        ["A"] = """{"role":"assistant","content":"a"}""",
        ["V"] = """{"role":"user","content":"v"}""",
        ["B"] = """{"role":"assistant","content":"b"}""",
        ["C"] = """{"role":"assistant","content":"c"}""",
    }.Aggregate(line, (text, m) => text.Replace($"{m.Key},", $"{m.Value},", StringComparison.Ordinal).Replace($"{m.Key}]", $"{m.Value}]", StringComparison.Ordinal));

    [Fact]
    public void Labelled_answers_to_the_same_prompt_become_pairs()
    {
        var (pairs, problems) = TrlImport.Read("""
            {"prompt":"p","completion":"good","label":true}
            {"prompt":"q","completion":"alone","label":false}
            {"prompt":"p","completion":"bad","label":false}
            {"prompt":"other","chosen":"a","rejected":"b"}
            {"prompt":"p","completion":"worse","label":false}
            {"prompt":[{"role":"user","content":"p"}],"completion":[{"role":"assistant","content":"fine"}],"label":true}
            {"prompt":"p","completion":"worst","label":false}
            {"prompt":"p","completion":"odd","label":"yes"}
            {"prompt":"r","completion":"same","label":true}
            {"prompt":"r","completion":"same","label":false}
            """);

        // The more frequent label once each, the other in turn.
        Assert.Equal([(3, "p", "good", "bad"), (4, "other", "a", "b"), (5, "p", "fine", "worse"), (7, "p", "good", "worst")], pairs.Select(p => (p.Line, p.Prompt, p.Chosen, p.Rejected)));
        Assert.Equal([2, 8, 10], problems.Select(p => p.Line));
        Assert.Contains("no good answer", problems[0].Problem, StringComparison.Ordinal);
        Assert.Contains("true or false", problems[1].Problem, StringComparison.Ordinal);
        Assert.Contains("as good and as bad", problems[2].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"p"}]}""")]
    [InlineData("""{"text":"p"}""")]
    [InlineData("""{"prompt":"p","completion":"a"}""")]
    public void An_answer_without_a_label_is_no_preference(string line) =>
        Assert.Contains("arena-trainer train", Assert.Single(TrlImport.Read(line).Problems).Problem, StringComparison.Ordinal);

    [Fact]
    public void Every_wrong_line_is_named_and_hides_no_other()
    {
        var (pairs, problems) = TrlImport.Read("""
            {"prompt":"p","chosen":"a","rejected":"b"}
            {"prompt":"p","chosen":"a"}

            nonsense
            {"prompt":"p","chosen":"a","rejected":"a"}
            {"prompt":"p","chosen":"a","rejected":7}
            {"prompt":"","chosen":"a","rejected":"b"}
            {"prompt":"p","completion":"a","label":true}
            {"prompt":"p","chosen":"a","rejected":"b","margin":2}
            {"prompt":[{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"z"}],"chosen":"a","rejected":"b"}
            {"prompt":"p","chosen":[{"role":"assistant","content":"a"}],"rejected":"b"}
            {"prompt":"p","chosen":"\ud800","rejected":"b"}
            [1]
            {"prompt":"q","chosen":"c","rejected":"d"}
            """);
        Assert.Equal([1, 10, 14], pairs.Select(p => p.Line));
        Assert.Equal([2, 4, 5, 6, 7, 8, 9, 11, 12, 13], problems.Select(p => p.Line));
        Assert.Contains("rejected", problems[0].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_files_and_long_texts_are_cut_short_with_a_word()
    {
        var (pairs, problems) = TrlImport.Read(string.Concat(Enumerable.Range(0, TrlImport.MostLines + 5).Select(i => $$"""{"prompt":"{{i}}","chosen":"a","rejected":"b"}""" + "\n")));
        Assert.Equal((TrlImport.MostLines, 1), (pairs.Count, problems.Count));
        Assert.Contains("characters", TrlImport.Read($$"""{"prompt":"{{new string('x', TrlImport.MostChars + 1)}}","chosen":"a","rejected":"b"}""").Problems[0].Problem, StringComparison.Ordinal);
    }
}

public sealed class PairImportTests : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();

    public ValueTask InitializeAsync() => _engine.InitializeAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Imported_pairs_show_to_their_owner_only_and_twice_is_once()
    {
        var (mine, other) = (await _engine.AgentAsync(AgentKind.Bot, new BotConfig()), await _engine.AgentAsync(AgentKind.Bot, new BotConfig()));
        await using var db = await _engine.DbAsync();
        var import = new PairImport(db, _engine.Time);
        const string lines = """
            {"prompt":"tic-tac-toe:51","chosen":"3","rejected":"2"}
            {"prompt":"Say hello.","chosen":"Hello","rejected":"No"}
            broken
            """;
        var outcome = await import.SaveAsync(mine.Agent.OwnerId, mine.Agent.Id, "tic-tac-toe", lines, default);
        Assert.Equal((2, 0, 1, null), (outcome.Added, outcome.Known, outcome.Problems.Count, outcome.Refused));
        Assert.Equal((0, 2), await import.SaveAsync(mine.Agent.OwnerId, mine.Agent.Id, "tic-tac-toe", lines, default) is var again ? (again.Added, again.Known) : default);
        Assert.NotNull((await import.SaveAsync(other.Agent.OwnerId, mine.Agent.Id, "tic-tac-toe", lines, default)).Refused);

        var export = new PairExport(db);
        Assert.Equal(1, (await export.FreezeAsync(mine.Agent.OwnerId, "tic-tac-toe", PolicyNotation.Compact, 100, default)).Count);
        Assert.Equal(2, await export.LinesAsync(new(Source: PairSource.Imported), mine.Agent.OwnerId, 100).CountAsync());
        if (other.Agent.OwnerId != mine.Agent.OwnerId)
        {
            Assert.Equal(0, await export.LinesAsync(new(Source: PairSource.Imported), other.Agent.OwnerId, 100).CountAsync());
        }
        Assert.Equal(0, await export.LinesAsync(new(Source: PairSource.Imported), null, 100).CountAsync());
        Assert.Equal(0, (await export.FreezeAsync(Guid.Parse("00000000-0000-0000-0000-0000000000ff"), "tic-tac-toe", PolicyNotation.Compact, 100, default)).Count);
        var (chosen, zip) = await export.DataSetAsync(new(), mine.Agent.OwnerId, new(TestShare: 0), 100, _engine.Time.GetUtcNow(), default);
        Assert.Equal(2, chosen.Train.Count);
        Assert.NotEmpty(zip);

        // A task that judges are measured on is no longer trained on.
        db.GoldCases.Add(new() { Id = Guid.Parse("00000000-0000-0000-0000-0000000000aa"), Space = "pitch", Task = "Say hello.", Better = "Hello", Worse = "No", Kind = GoldCase.Quality, Origin = "admin", CreatedAt = _engine.Time.GetUtcNow() });
        await db.SaveChangesAsync();
        (chosen, _) = await export.DataSetAsync(new(), mine.Agent.OwnerId, new(TestShare: 0), 100, _engine.Time.GetUtcNow(), default);
        Assert.Equal("tic-tac-toe:51", Assert.Single(chosen.Train).Prompt);

        const string conversation = """{"prompt":[{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"user","content":"v"}],"chosen":"b","rejected":"c"}""";
        Assert.Equal(1, (await import.SaveAsync(other.Agent.OwnerId, other.Agent.Id, "pitch", conversation, default)).Added);
        // A policy on the full text gets it as messages, one on compact notation not at all.
        var frozen = await new PairExport(db).FreezeAsync(other.Agent.OwnerId, "pitch", PolicyNotation.Text, 100, default);
        var messages = System.Text.Json.Nodes.JsonNode.Parse(frozen.Jsonl)!;
        Assert.Equal(["user", "assistant", "user"], messages["prompt"]!.AsArray().Select(m => m!["role"]!.GetValue<string>()));
        Assert.Equal("b", Assert.Single(messages["chosen"]!.AsArray())!["content"]!.GetValue<string>());
        Assert.Equal(0, (await new PairExport(db).FreezeAsync(other.Agent.OwnerId, "pitch", PolicyNotation.Compact, 100, default)).Count);
    }
}
