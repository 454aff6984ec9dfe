using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Training;

internal sealed class TrainingMapping : IEntityTypeConfiguration<TrainingRun>, IEntityTypeConfiguration<TrainingMetric>
{
    public void Configure(EntityTypeBuilder<TrainingRun> builder)
    {
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Status).HasConversion<string>();
        builder.HasIndex(r => new { r.Status, r.CreatedAt });
        builder.HasIndex(r => r.AgentId);
    }

    public void Configure(EntityTypeBuilder<TrainingMetric> builder) => builder.HasKey(m => new { m.RunId, m.Step });
}
