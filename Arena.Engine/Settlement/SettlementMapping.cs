using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Settlement;

internal sealed class SettlementMapping :
    IEntityTypeConfiguration<SettlementEpoch>,
    IEntityTypeConfiguration<EpochPayout>,
    IEntityTypeConfiguration<EpochCorrection>,
    IEntityTypeConfiguration<VaultLook>,
    IEntityTypeConfiguration<ChainCursor>,
    IEntityTypeConfiguration<OutboxRow>,
    IEntityTypeConfiguration<OutboxVersion>
{
    public void Configure(EntityTypeBuilder<SettlementEpoch> builder)
    {
        builder.HasKey(e => e.Number);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.Status).HasConversion<string>();
        builder.Ignore(e => e.Roots);
    }

    public void Configure(EntityTypeBuilder<EpochPayout> builder) => builder.HasKey(p => new { p.Epoch, p.Address });

    /// <summary>Append-only: triggers refuse to change or delete a row (the migration EpochCorrections). SQLite drops them with a table that is made again.</summary>
    public void Configure(EntityTypeBuilder<EpochCorrection> builder)
    {
        builder.HasKey(c => new { c.Epoch, c.Number });
        builder.Ignore(c => c.Fell);
    }

    public void Configure(EntityTypeBuilder<VaultLook> builder)
    {
        builder.Property(l => l.Id).ValueGeneratedNever();
        builder.Ignore(l => l.Roots);
    }

    public void Configure(EntityTypeBuilder<ChainCursor> builder) => builder.HasKey(c => c.Name);

    public void Configure(EntityTypeBuilder<OutboxRow> builder)
    {
        builder.HasKey(o => o.Key);
        builder.Property(o => o.State).HasConversion<string>();
        builder.HasIndex(o => o.State);
        builder.HasMany(o => o.Versions).WithOne().HasForeignKey(v => v.Key);
    }

    public void Configure(EntityTypeBuilder<OutboxVersion> builder) => builder.HasKey(v => new { v.Key, v.Bump });
}
