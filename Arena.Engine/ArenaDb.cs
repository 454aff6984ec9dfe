using Arena.Engine.Agents;
using Arena.Engine.Ledger;
using Arena.Engine.Matches;
using Arena.Engine.Preferences;
using Arena.Engine.Ratings;
using Arena.Engine.Settlement;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Arena.Engine.Training;
using Arena.Engine.Verdicts;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Arena.Engine;

/// <summary>The database: the authority over everything. Each feature maps its own entities (see the *Mapping.cs files).</summary>
public sealed class ArenaDb(DbContextOptions<ArenaDb> options) : IdentityDbContext<Owner, IdentityRole<Guid>, Guid>(options)
{
    public DbSet<Agent> Agents => Set<Agent>();

    public DbSet<AgentVersion> AgentVersions => Set<AgentVersion>();

    public DbSet<AgentSecret> AgentSecrets => Set<AgentSecret>();

    public DbSet<AgentSpend> AgentSpends => Set<AgentSpend>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<LedgerRow> LedgerRows => Set<LedgerRow>();

    public DbSet<DoneWrite> DoneWrites => Set<DoneWrite>();

    public DbSet<SpaceMaterial> SpaceMaterials => Set<SpaceMaterial>();

    public DbSet<Entry> Entries => Set<Entry>();

    public DbSet<Match> Matches => Set<Match>();

    public DbSet<MatchSeat> MatchSeats => Set<MatchSeat>();

    public DbSet<MatchTranscript> MatchTranscripts => Set<MatchTranscript>();

    public DbSet<MatchStyle> MatchStyles => Set<MatchStyle>();

    public DbSet<RecordedReply> RecordedReplies => Set<RecordedReply>();

    public DbSet<MatchFollowUp> MatchFollowUps => Set<MatchFollowUp>();

    public DbSet<Rating> Ratings => Set<Rating>();

    public DbSet<Correction> Corrections => Set<Correction>();

    public DbSet<Flag> Flags => Set<Flag>();

    public DbSet<FlagNote> FlagNotes => Set<FlagNote>();

    public DbSet<Judge> Judges => Set<Judge>();

    public DbSet<Judgment> Judgments => Set<Judgment>();

    public DbSet<JudgingTrouble> JudgingTroubles => Set<JudgingTrouble>();

    public DbSet<Verdict> Verdicts => Set<Verdict>();

    public DbSet<GoldCase> GoldCases => Set<GoldCase>();

    public DbSet<GoldAnswer> GoldAnswers => Set<GoldAnswer>();

    public DbSet<Probe> Probes => Set<Probe>();

    public DbSet<ProbeCursor> ProbeCursors => Set<ProbeCursor>();

    public DbSet<ProbeAnswer> ProbeAnswers => Set<ProbeAnswer>();

    public DbSet<JudgeEvent> JudgeEvents => Set<JudgeEvent>();

    public DbSet<Escalation> Escalations => Set<Escalation>();

    public DbSet<PersonVote> PersonVotes => Set<PersonVote>();

    public DbSet<Appeal> Appeals => Set<Appeal>();

    public DbSet<PointRow> PointRows => Set<PointRow>();

    public DbSet<PreferencePair> PreferencePairs => Set<PreferencePair>();

    public DbSet<TrainingRun> TrainingRuns => Set<TrainingRun>();

    public DbSet<TrainingMetric> TrainingMetrics => Set<TrainingMetric>();

    public DbSet<TrainingFile> TrainingFiles => Set<TrainingFile>();

    public DbSet<TrainingLogLine> TrainingLog => Set<TrainingLogLine>();

    public DbSet<VersionSwitch> VersionSwitches => Set<VersionSwitch>();

    public DbSet<SettlementEpoch> SettlementEpochs => Set<SettlementEpoch>();

    public DbSet<EpochPayout> EpochPayouts => Set<EpochPayout>();

    public DbSet<EpochCorrection> EpochCorrections => Set<EpochCorrection>();

    public DbSet<VaultLook> VaultLooks => Set<VaultLook>();

    public DbSet<ChainCursor> ChainCursors => Set<ChainCursor>();

    public DbSet<OutboxRow> OutboxRows => Set<OutboxRow>();

    public DbSet<OutboxVersion> OutboxVersions => Set<OutboxVersion>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<AgentId>().HaveConversion<AgentIdConverter>();
        configurationBuilder.Properties<VersionId>().HaveConversion<VersionIdConverter>();
        configurationBuilder.Properties<MatchId>().HaveConversion<MatchIdConverter>();
        configurationBuilder.Properties<RunId>().HaveConversion<RunIdConverter>();
        // SQLite compares text: store moments as unix milliseconds so that order and range queries work everywhere.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MomentConverter>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(ArenaDb).Assembly);
    }

    private sealed class AgentIdConverter() : ValueConverter<AgentId, Guid>(id => id.Value, value => new(value));

    private sealed class VersionIdConverter() : ValueConverter<VersionId, Guid>(id => id.Value, value => new(value));

    private sealed class MatchIdConverter() : ValueConverter<MatchId, Guid>(id => id.Value, value => new(value));

    private sealed class RunIdConverter() : ValueConverter<RunId, Guid>(id => id.Value, value => new(value));

    private sealed class MomentConverter() : ValueConverter<DateTimeOffset, long>(at => at.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
}
