using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Matches;

internal sealed class MatchMapping :
    IEntityTypeConfiguration<Match>,
    IEntityTypeConfiguration<MatchSeat>,
    IEntityTypeConfiguration<MatchTranscript>,
    IEntityTypeConfiguration<RecordedReply>,
    IEntityTypeConfiguration<MatchFollowUp>,
    IEntityTypeConfiguration<Entry>
{
    public void Configure(EntityTypeBuilder<Match> builder)
    {
        builder.HasKey(m => m.Id);
        builder.Property(m => m.Status).HasConversion<string>();
        builder.Property(m => m.Kind).HasConversion<string>();
        // Lists, newest first: ids are version 7, so they sort by creation.
        builder.HasIndex(m => new { m.Space, m.Id });
        builder.HasIndex(m => new { m.Status, m.Id });
        // Partial indexes stay small however many matches have been played. SQLite uses them where a query repeats the filter, or compares the column.
        builder.HasIndex(m => m.LeaseUntil).HasFilter("\"LeaseUntil\" IS NOT NULL");
        builder.HasIndex(m => m.ClosedAt).HasFilter("\"Epoch\" IS NULL AND \"Status\" = 'Closed'");
        builder.HasIndex(m => m.ClosedAt, "IX_Matches_ClosedAt_Rated").HasFilter("\"Kind\" = 'Rated' AND \"Status\" = 'Closed'");
        builder.HasIndex(m => m.Epoch).HasFilter("\"Epoch\" IS NOT NULL");
        builder.HasIndex(m => m.GateRun).HasFilter("\"GateRun\" IS NOT NULL");
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

    public void Configure(EntityTypeBuilder<MatchFollowUp> builder)
    {
        builder.HasKey(f => new { f.MatchId, f.Kind });
        builder.HasIndex(f => new { f.Kind, f.DueAt });
    }

    public void Configure(EntityTypeBuilder<Entry> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Status).HasConversion<string>();
        builder.HasIndex(e => new { e.Space, e.Status });
        builder.HasIndex(e => e.AgentId);
    }
}
