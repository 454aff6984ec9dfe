using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Preferences;

internal sealed class PreferenceMapping : IEntityTypeConfiguration<PreferencePair>
{
    public void Configure(EntityTypeBuilder<PreferencePair> builder)
    {
        builder.HasKey(p => p.Id);
        builder.HasIndex(p => p.Hash).IsUnique();
        builder.HasIndex(p => p.MatchId);
        builder.HasIndex(p => new { p.Space, p.CreatedAt, p.Hash });
        builder.HasIndex(p => p.CreatedAt);
        builder.HasIndex(p => p.ChosenVersion);
        builder.HasIndex(p => p.RejectedVersion);
        builder.Property(p => p.Source).HasConversion<string>();
    }
}
