using Arena.Engine.Store;
using Arena.Rules.Play;

namespace Arena.Engine.Matches;

/// <summary>Answers from outside the process. The first one on disk for a try is the one that counts, whoever brings another.</summary>
public sealed class ReplyLog(GroupWriter writer, TimeProvider time)
{
    /// <summary>Puts an answer on disk, unless one is there already, and returns the one that is there.</summary>
    public Task<AgentReply> RecordAsync(MatchId match, int turn, int attempt, AgentReply reply, CancellationToken ct = default) => writer.WriteAsync(
        session =>
        {
            var fresh = session.Run(
                "INSERT INTO RecordedReplies (MatchId, Turn, Try, Text, Fault, Detail, At) VALUES ($0, $1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                match.Value, turn, attempt, reply.Text, reply.Fault?.ToString(), reply.Detail, WriteSession.Moment(time.GetUtcNow())) == 1;
            return fresh ? reply : Find(session, match, turn, attempt);
        },
        ct);

    /// <summary>Everything recorded for a match, by turn and try.</summary>
    public Task<Dictionary<(int Turn, int Try), AgentReply>> OfAsync(MatchId match, CancellationToken ct = default) => writer.WriteAsync(
        session => session.Read("SELECT Turn, Try, Text, Fault, Detail FROM RecordedReplies WHERE MatchId = $0", r => (Key: (r.GetInt32(0), r.GetInt32(1)), Reply: Map(r, 2)), match.Value)
            .ToDictionary(r => r.Key, r => r.Reply),
        ct);

    private static AgentReply Find(WriteSession session, MatchId match, int turn, int attempt) => session.First(
        "SELECT Text, Fault, Detail FROM RecordedReplies WHERE MatchId = $0 AND Turn = $1 AND Try = $2", r => Map(r, 0), match.Value, turn, attempt);

    private static AgentReply Map(Microsoft.Data.Sqlite.SqliteDataReader r, int first) => new(
        r.IsDBNull(first) ? null : r.GetString(first),
        r.IsDBNull(first + 1) ? null : Enum.Parse<FaultKind>(r.GetString(first + 1)),
        r.IsDBNull(first + 2) ? null : r.GetString(first + 2));
}
