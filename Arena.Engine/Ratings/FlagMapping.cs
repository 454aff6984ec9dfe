using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Ratings;

internal sealed class FlagMapping : IEntityTypeConfiguration<Flag>, IEntityTypeConfiguration<FlagNote>
{
    public void Configure(EntityTypeBuilder<Flag> builder)
    {
        builder.HasKey(f => f.Id);
        // What was looked at once is not flagged again in the same kind.
        builder.HasIndex(f => new { f.Space, f.Kind, f.First, f.Second, f.OwnerA }).IsUnique();
        builder.HasIndex(f => f.OwnerA);
        builder.HasIndex(f => f.OwnerB);
        builder.Ignore(f => f.Stands);
    }

    public void Configure(EntityTypeBuilder<FlagNote> builder)
    {
        builder.HasKey(n => n.Id);
        builder.HasIndex(n => n.FlagId);
    }
}
