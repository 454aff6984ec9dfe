using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Verdicts;

internal sealed class VerdictMapping :
    IEntityTypeConfiguration<Judge>,
    IEntityTypeConfiguration<Judgment>,
    IEntityTypeConfiguration<JudgingTrouble>,
    IEntityTypeConfiguration<Verdict>,
    IEntityTypeConfiguration<GoldCase>,
    IEntityTypeConfiguration<GoldAnswer>,
    IEntityTypeConfiguration<Probe>,
    IEntityTypeConfiguration<ProbeCursor>,
    IEntityTypeConfiguration<ProbeAnswer>,
    IEntityTypeConfiguration<JudgeEvent>,
    IEntityTypeConfiguration<Escalation>,
    IEntityTypeConfiguration<PersonVote>,
    IEntityTypeConfiguration<Appeal>,
    IEntityTypeConfiguration<PointRow>
{
    public void Configure(EntityTypeBuilder<Judge> builder)
    {
        builder.HasKey(j => j.Id);
        // Judges of before there was a choice.
        builder.Property(j => j.Method).HasDefaultValue(JudgeMethods.Pairwise);
    }

    public void Configure(EntityTypeBuilder<Judgment> builder)
    {
        builder.HasKey(j => j.Id);
        builder.HasIndex(j => new { j.MatchId, j.JudgeId, j.First }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<JudgingTrouble> builder) => builder.HasKey(t => new { t.MatchId, t.JudgeId, t.First });

    public void Configure(EntityTypeBuilder<Verdict> builder) => builder.HasKey(v => v.MatchId);

    public void Configure(EntityTypeBuilder<GoldCase> builder) => builder.HasKey(g => g.Id);

    public void Configure(EntityTypeBuilder<GoldAnswer> builder)
    {
        builder.HasKey(g => g.Id);
        builder.HasIndex(g => new { g.JudgeId, g.Version, g.At });
    }

    public void Configure(EntityTypeBuilder<Probe> builder)
    {
        builder.HasKey(p => p.Id);
        builder.HasIndex(p => new { p.Space, p.Window }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<ProbeCursor> builder) => builder.HasKey(c => c.Space);

    public void Configure(EntityTypeBuilder<ProbeAnswer> builder)
    {
        builder.HasKey(a => a.Id);
        builder.HasIndex(a => new { a.JudgeId, a.Version, a.At });
    }

    public void Configure(EntityTypeBuilder<JudgeEvent> builder)
    {
        builder.HasKey(e => e.Id);
        builder.HasIndex(e => new { e.JudgeId, e.Version, e.Source, e.What }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<Escalation> builder) => builder.HasKey(e => e.MatchId);

    public void Configure(EntityTypeBuilder<PersonVote> builder) => builder.HasKey(v => new { v.MatchId, v.OwnerId });

    public void Configure(EntityTypeBuilder<Appeal> builder) => builder.HasKey(a => a.MatchId);

    public void Configure(EntityTypeBuilder<PointRow> builder)
    {
        builder.HasKey(p => p.Id);
        builder.HasIndex(p => p.OwnerId);
    }
}
