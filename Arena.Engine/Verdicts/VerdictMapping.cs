using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Verdicts;

internal sealed class VerdictMapping :
    IEntityTypeConfiguration<Judge>,
    IEntityTypeConfiguration<Judgment>,
    IEntityTypeConfiguration<JudgingTrouble>,
    IEntityTypeConfiguration<Verdict>
{
    public void Configure(EntityTypeBuilder<Judge> builder) => builder.HasKey(j => j.Id);

    public void Configure(EntityTypeBuilder<Judgment> builder)
    {
        builder.HasKey(j => j.Id);
        builder.HasIndex(j => new { j.MatchId, j.JudgeId, j.First }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<JudgingTrouble> builder) => builder.HasKey(t => new { t.MatchId, t.JudgeId, t.First });

    public void Configure(EntityTypeBuilder<Verdict> builder) => builder.HasKey(v => v.MatchId);
}
