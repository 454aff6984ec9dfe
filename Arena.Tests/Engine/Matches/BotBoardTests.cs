using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Matches;

public sealed class BotBoardTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Space = "tic-tac-toe";

    [Fact]
    public async Task ABotThatReadsItsStreamAndAnswersPlaysAWholeMatch()
    {
        var bot = await engine.AgentAsync(AgentKind.Bot, new BotConfig());
        var board = engine.Get<BotBoard>();
        using var stop = new CancellationTokenSource();
        var playing = PlayBotAsync(board, bot.Agent.Id, stop.Token);
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 0, bot.Version.Id, await engine.HouseAsync(Space, "random"));
        engine.Get<MatchHost>().Keep(lease.Plan);
        await engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);

        var answers = await playing;
        await using var db = await engine.DbAsync();
        var match = await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal(MatchStatus.Closed, match.Status);
        Assert.Null(match.Seats.Single(s => s.Player == 0).Fault);
        Assert.All(answers, a => Assert.Equal(BotAnswerState.Accepted, a));
        Assert.Equal(answers.Count, await db.RecordedReplies.CountAsync(r => r.MatchId == match.Id));
    }

    [Fact]
    public async Task AnAcceptedActionIsOnDiskAndARepeatedOneChangesNothing()
    {
        var (bot, lease, match, turn) = await FirstTurnAsync();
        var board = engine.Get<BotBoard>();
        var id = turn.Data["id"]!.GetValue<string>();
        var action = turn.Data["observation"]!["legal"]![0]!.GetValue<string>();

        Assert.Equal(BotAnswerState.Unknown, await board.AnswerAsync(AgentId.New(engine.Time), id, action));
        Assert.Equal(BotAnswerState.Unknown, await board.AnswerAsync(bot, "nonsense", action));
        Assert.Equal(BotAnswerState.Accepted, await board.AnswerAsync(bot, id, action));
        await using (var db = await engine.DbAsync())
        {
            Assert.Equal(action, (await db.RecordedReplies.SingleAsync(r => r.MatchId == lease.Plan.Id && r.Turn == 0)).Text);
        }
        var next = await WaitAsync(board, bot, id);
        Assert.Equal(BotAnswerState.Repeated, await board.AnswerAsync(bot, id, action));
        Assert.Equal(BotAnswerState.Late, await board.AnswerAsync(bot, id, "something else"));
        Assert.NotEqual(id, next.Data["id"]!.GetValue<string>());
        await engine.RunAsync(match, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task ABotThatComesBackFindsItsTurnWaiting()
    {
        var (bot, _, match, turn) = await FirstTurnAsync();
        var board = engine.Get<BotBoard>();
        for (var i = 0; i < 2; i++)
        {
            await using var stream = board.StreamAsync(bot, turn.Id, default).GetAsyncEnumerator();
            Assert.True(await stream.MoveNextAsync());
            Assert.Equal(turn, stream.Current);
        }
        Assert.False(board.IsConnected(bot));
        await engine.RunAsync(match, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task AnIllegalActionComesBackWithAComplaint()
    {
        var (bot, _, match, turn) = await FirstTurnAsync();
        var board = engine.Get<BotBoard>();
        var id = turn.Data["id"]!.GetValue<string>();
        Assert.Equal(BotAnswerState.Accepted, await board.AnswerAsync(bot, id, "castle"));
        var again = await WaitAsync(board, bot, id);
        Assert.Equal(1, again.Data["try"]!.GetValue<int>());
        Assert.NotEmpty(again.Data["complaint"]!.GetValue<string>());
        await engine.RunAsync(match, TimeSpan.FromSeconds(1));
    }

    private async Task<(AgentId Bot, MatchLease Lease, Task Match, BotEvent Turn)> FirstTurnAsync()
    {
        var bot = await engine.AgentAsync(AgentKind.Bot, new BotConfig());
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 0, bot.Version.Id, await engine.HouseAsync(Space, "random"));
        engine.Get<MatchHost>().Keep(lease.Plan);
        var match = engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);
        return (bot.Agent.Id, lease, match, await WaitAsync(engine.Get<BotBoard>(), bot.Agent.Id, ""));
    }

    private static async Task<BotEvent> WaitAsync(BotBoard board, AgentId bot, string after)
    {
        while (true)
        {
            if (board.Pending(bot) is [var turn, ..] && turn.Data["id"]!.GetValue<string>() != after)
            {
                return turn;
            }
            await Task.Yield();
        }
    }

    private static async Task<List<BotAnswerState>> PlayBotAsync(BotBoard board, AgentId bot, CancellationToken ct)
    {
        var answers = new List<BotAnswerState>();
        await foreach (var e in board.StreamAsync(bot, 0, ct))
        {
            if (e.Type == "closed")
            {
                return answers;
            }
            if (e.Type == "turn")
            {
                answers.Add(await board.AnswerAsync(bot, e.Data["id"]!.GetValue<string>(), e.Data["observation"]!["legal"]![0]!.GetValue<string>(), ct));
            }
        }
        return answers;
    }
}
