using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Verdicts;

internal sealed class VerdictMapping : IEntityTypeConfiguration<Judge>, IEntityTypeConfiguration<Judgment>, IEntityTypeConfiguration<Verdict>
{
    public void Configure(EntityTypeBuilder<Judge> builder) => builder.HasKey(j => j.Id);

    public void Configure(EntityTypeBuilder<Judgment> builder)
    {
        builder.HasKey(j => j.Id);
        builder.HasIndex(j => new { j.MatchId, j.JudgeId, j.First }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<Verdict> builder) => builder.HasKey(v => v.MatchId);
}
