using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Ledger;

internal sealed class LedgerMapping : IEntityTypeConfiguration<LedgerRow>
{
    public void Configure(EntityTypeBuilder<LedgerRow> builder)
    {
        builder.HasKey(r => r.Id);
        builder.HasIndex(r => new { r.Transfer, r.Account }).IsUnique();
        builder.HasIndex(r => r.Account);
    }
}
