using Arena.Engine;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(ArenaDb))]
    [Migration("20261130142000_PairLicences")]
    public partial class PairLicences : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "PairLicence",
                table: "Agents",
                type: "TEXT",
                nullable: false,
                defaultValue: "other");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "PairLicence",
                table: "Agents");
        }
    }
}
