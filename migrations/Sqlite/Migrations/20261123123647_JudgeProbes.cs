using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class JudgeProbes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ProbeAnswers",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProbeId = table.Column<Guid>(type: "TEXT", nullable: false),
                    JudgeId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Version = table.Column<string>(type: "TEXT", nullable: false),
                    Space = table.Column<string>(type: "TEXT", nullable: false),
                    BetterFirst = table.Column<int>(type: "INTEGER", nullable: false),
                    WorseFirst = table.Column<int>(type: "INTEGER", nullable: false),
                    LatencyMs = table.Column<long>(type: "INTEGER", nullable: false),
                    CostMicroUsd = table.Column<long>(type: "INTEGER", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProbeAnswers", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ProbeCursors",
                columns: table => new
                {
                    Space = table.Column<string>(type: "TEXT", nullable: false),
                    Since = table.Column<long>(type: "INTEGER", nullable: false),
                    Next = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProbeCursors", x => x.Space);
                });

            migrationBuilder.CreateTable(
                name: "Probes",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Space = table.Column<string>(type: "TEXT", nullable: false),
                    MatchId = table.Column<Guid>(type: "TEXT", nullable: false),
                    RulesVersion = table.Column<int>(type: "INTEGER", nullable: false),
                    Window = table.Column<long>(type: "INTEGER", nullable: false),
                    Better = table.Column<int>(type: "INTEGER", nullable: false),
                    Worse = table.Column<int>(type: "INTEGER", nullable: false),
                    BetterVersion = table.Column<Guid>(type: "TEXT", nullable: false),
                    WorseVersion = table.Column<Guid>(type: "TEXT", nullable: false),
                    Side = table.Column<int>(type: "INTEGER", nullable: false),
                    Lead = table.Column<double>(type: "REAL", nullable: false),
                    Task = table.Column<string>(type: "TEXT", nullable: false),
                    BetterText = table.Column<string>(type: "TEXT", nullable: false),
                    WorseText = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Probes", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_ProbeAnswers_JudgeId_Version_At",
                table: "ProbeAnswers",
                columns: new[] { "JudgeId", "Version", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_Probes_Space_Window",
                table: "Probes",
                columns: new[] { "Space", "Window" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ProbeAnswers");

            migrationBuilder.DropTable(
                name: "ProbeCursors");

            migrationBuilder.DropTable(
                name: "Probes");
        }
    }
}
