using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Agents;

internal sealed class AgentMapping :
    IEntityTypeConfiguration<Agent>,
    IEntityTypeConfiguration<AgentVersion>,
    IEntityTypeConfiguration<AgentSecret>,
    IEntityTypeConfiguration<AgentSpend>,
    IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<Agent> builder)
    {
        builder.HasKey(a => a.Id);
        builder.HasIndex(a => a.NameKey).IsUnique();
        builder.HasIndex(a => a.OwnerId);
        builder.Property(a => a.Kind).HasConversion<string>();
        builder.Property(a => a.DataUse).HasConversion<string>();
        builder.Property(a => a.PairLicence).HasDefaultValue(PairLicence.None);
    }

    public void Configure(EntityTypeBuilder<AgentVersion> builder)
    {
        builder.HasKey(v => v.Id);
        builder.HasIndex(v => new { v.AgentId, v.Number }).IsUnique();
        builder.Property(v => v.Status).HasConversion<string>();
    }

    public void Configure(EntityTypeBuilder<AgentSecret> builder) => builder.HasKey(s => new { s.AgentId, s.Name });

    public void Configure(EntityTypeBuilder<AgentSpend> builder) => builder.HasKey(s => s.AgentId);

    public void Configure(EntityTypeBuilder<ApiToken> builder)
    {
        builder.HasKey(t => t.Id);
        builder.HasIndex(t => t.Hash).IsUnique();
        builder.Property(t => t.Scope).HasConversion<string>();
    }
}
