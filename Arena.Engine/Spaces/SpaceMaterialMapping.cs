using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Spaces;

internal sealed class SpaceMaterialMapping : IEntityTypeConfiguration<SpaceMaterial>
{
    public void Configure(EntityTypeBuilder<SpaceMaterial> builder) => builder.HasKey(m => m.Hash);
}
