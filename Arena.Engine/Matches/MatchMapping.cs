using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Matches;

internal sealed class MatchMapping :
    IEntityTypeConfiguration<Match>,
    IEntityTypeConfiguration<MatchSeat>,
    IEntityTypeConfiguration<MatchTranscript>,
    IEntityTypeConfiguration<RecordedReply>,
    IEntityTypeConfiguration<Entry>
{
    public void Configure(EntityTypeBuilder<Match> builder)
    {
        builder.HasKey(m => m.Id);
        builder.Property(m => m.Status).HasConversion<string>();
        builder.Property(m => m.Kind).HasConversion<string>();
        builder.HasIndex(m => new { m.Space, m.Status });
        builder.HasIndex(m => new { m.Status, m.LeaseUntil });
        builder.HasIndex(m => m.ClosedAt);
        builder.HasIndex(m => new { m.Epoch, m.Status });
        builder.HasMany(m => m.Seats).WithOne().HasForeignKey(s => s.MatchId);
    }

    public void Configure(EntityTypeBuilder<MatchSeat> builder)
    {
        builder.HasKey(s => new { s.MatchId, s.Player });
        builder.HasIndex(s => new { s.VersionId, s.MatchId });
        builder.HasIndex(s => new { s.AgentId, s.MatchId });
    }

    public void Configure(EntityTypeBuilder<MatchTranscript> builder) => builder.HasKey(t => t.MatchId);

    public void Configure(EntityTypeBuilder<RecordedReply> builder) => builder.HasKey(r => new { r.MatchId, r.Turn, r.Try });

    public void Configure(EntityTypeBuilder<Entry> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Status).HasConversion<string>();
        builder.HasIndex(e => new { e.Space, e.Status });
        builder.HasIndex(e => e.AgentId);
    }
}
