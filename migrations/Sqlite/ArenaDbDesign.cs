using Arena.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Arena.Migrations.Sqlite;

/// <summary>
/// For dotnet-ef, so that it starts no site:
/// <c>dotnet ef migrations add NameOfTheChange --project migrations/Sqlite --output-dir Migrations</c>.
/// </summary>
public sealed class ArenaDbDesign : IDesignTimeDbContextFactory<ArenaDb>
{
    public ArenaDb CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<ArenaDb>().UseSqlite("Data Source=design.db", o => o.MigrationsAssembly("Arena.Migrations.Sqlite")).Options);
}
