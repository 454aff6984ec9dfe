using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Ratings;

internal sealed class RatingMapping : IEntityTypeConfiguration<Rating>
{
    public void Configure(EntityTypeBuilder<Rating> builder)
    {
        builder.HasKey(r => new { r.Space, r.VersionId });
        builder.HasIndex(r => new { r.Space, r.MilliElo });
        builder.HasIndex(r => r.AgentId);
        builder.Ignore(r => r.IsProvisional);
    }
}
