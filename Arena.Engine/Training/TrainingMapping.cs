using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Training;

internal sealed class TrainingMapping :
    IEntityTypeConfiguration<TrainingRun>,
    IEntityTypeConfiguration<TrainingMetric>,
    IEntityTypeConfiguration<TrainingFile>,
    IEntityTypeConfiguration<TrainingLogLine>,
    IEntityTypeConfiguration<VersionSwitch>
{
    public void Configure(EntityTypeBuilder<TrainingRun> builder)
    {
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Status).HasConversion<string>();
        builder.HasIndex(r => new { r.Status, r.CreatedAt });
        // One active run per agent, held by the database: two starts in the same moment can't both succeed.
        builder.HasIndex(r => r.AgentId).IsUnique().HasDatabaseName("IX_TrainingRuns_Active").HasFilter("\"Status\" IN ('Queued', 'Training', 'Gate')");
        builder.HasIndex(r => new { r.AgentId, r.CreatedAt });
        builder.HasIndex(r => r.CandidateVersionId).HasFilter("\"CandidateVersionId\" IS NOT NULL");
        builder.Property(r => r.Opponents).HasDefaultValue("[]");
    }

    public void Configure(EntityTypeBuilder<TrainingMetric> builder) => builder.HasKey(m => new { m.RunId, m.Step });

    public void Configure(EntityTypeBuilder<TrainingFile> builder) => builder.HasKey(f => new { f.RunId, f.Name });

    public void Configure(EntityTypeBuilder<TrainingLogLine> builder)
    {
        builder.HasKey(l => l.Id);
        builder.HasIndex(l => new { l.RunId, l.Id });
    }

    public void Configure(EntityTypeBuilder<VersionSwitch> builder)
    {
        builder.HasKey(s => s.Id);
        builder.HasIndex(s => new { s.AgentId, s.Id });
    }
}
