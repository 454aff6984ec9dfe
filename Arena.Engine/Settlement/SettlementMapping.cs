using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Settlement;

internal sealed class SettlementMapping :
    IEntityTypeConfiguration<SettlementEpoch>,
    IEntityTypeConfiguration<EpochPayout>,
    IEntityTypeConfiguration<ChainCursor>,
    IEntityTypeConfiguration<OutboxRow>,
    IEntityTypeConfiguration<OutboxVersion>
{
    public void Configure(EntityTypeBuilder<SettlementEpoch> builder)
    {
        builder.HasKey(e => e.Number);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.Status).HasConversion<string>();
    }

    public void Configure(EntityTypeBuilder<EpochPayout> builder) => builder.HasKey(p => new { p.Epoch, p.Address });

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
