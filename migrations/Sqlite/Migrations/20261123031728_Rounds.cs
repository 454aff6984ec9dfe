using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Rounds : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Opponents",
                table: "TrainingRuns",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<long>(
                name: "StartedAt",
                table: "TrainingRuns",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "StartedDone",
                table: "TrainingRuns",
                type: "REAL",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<bool>(
                name: "SparringPartner",
                table: "Agents",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "TrainingLog",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    RunId = table.Column<Guid>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Text = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrainingLog", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "VersionSwitches",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    AgentId = table.Column<Guid>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    FromVersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    ToVersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    RunId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_VersionSwitches", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_TrainingRuns_CandidateVersionId",
                table: "TrainingRuns",
                column: "CandidateVersionId",
                filter: "\"CandidateVersionId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_TrainingLog_RunId_Id",
                table: "TrainingLog",
                columns: new[] { "RunId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_VersionSwitches_AgentId_Id",
                table: "VersionSwitches",
                columns: new[] { "AgentId", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "TrainingLog");

            migrationBuilder.DropTable(
                name: "VersionSwitches");

            migrationBuilder.DropIndex(
                name: "IX_TrainingRuns_CandidateVersionId",
                table: "TrainingRuns");

            migrationBuilder.DropColumn(
                name: "Opponents",
                table: "TrainingRuns");

            migrationBuilder.DropColumn(
                name: "StartedAt",
                table: "TrainingRuns");

            migrationBuilder.DropColumn(
                name: "StartedDone",
                table: "TrainingRuns");

            migrationBuilder.DropColumn(
                name: "SparringPartner",
                table: "Agents");
        }
    }
}
