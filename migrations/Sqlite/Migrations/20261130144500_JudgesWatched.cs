using Arena.Engine;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(ArenaDb))]
    [Migration("20261130144500_JudgesWatched")]
    public partial class JudgesWatched : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Attack",
                table: "GoldAnswers",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Own",
                table: "ProbeAnswers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "JudgeEvents",
                columns: table => new
                {
                    Id = table.Column<System.Guid>(type: "TEXT", nullable: false),
                    JudgeId = table.Column<System.Guid>(type: "TEXT", nullable: false),
                    Version = table.Column<string>(type: "TEXT", nullable: false),
                    What = table.Column<string>(type: "TEXT", nullable: false),
                    Source = table.Column<string>(type: "TEXT", nullable: false),
                    Seen = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JudgeEvents", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_JudgeEvents_JudgeId_Version_Source_What",
                table: "JudgeEvents",
                columns: new[] { "JudgeId", "Version", "Source", "What" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "JudgeEvents");

            migrationBuilder.DropColumn(
                name: "Attack",
                table: "GoldAnswers");

            migrationBuilder.DropColumn(
                name: "Own",
                table: "ProbeAnswers");
        }
    }
}
