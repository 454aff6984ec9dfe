using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class JudgingPairsRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_TrainingRuns_AgentId",
                table: "TrainingRuns");

            migrationBuilder.DropIndex(
                name: "IX_PreferencePairs_Space_CreatedAt",
                table: "PreferencePairs");

            migrationBuilder.AddColumn<long>(
                name: "CostMicroUsd",
                table: "Judgments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "Tries",
                table: "Judgments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "InputMicroUsdPerMillionTokens",
                table: "Judges",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "OutputMicroUsdPerMillionTokens",
                table: "Judges",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "JudgingTroubles",
                columns: table => new
                {
                    MatchId = table.Column<Guid>(type: "TEXT", nullable: false),
                    JudgeId = table.Column<Guid>(type: "TEXT", nullable: false),
                    First = table.Column<int>(type: "INTEGER", nullable: false),
                    Tries = table.Column<int>(type: "INTEGER", nullable: false),
                    EndpointDown = table.Column<bool>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: false),
                    Since = table.Column<long>(type: "INTEGER", nullable: false),
                    NextTryAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JudgingTroubles", x => new { x.MatchId, x.JudgeId, x.First });
                });

            migrationBuilder.CreateTable(
                name: "TrainingFiles",
                columns: table => new
                {
                    RunId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Bytes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrainingFiles", x => new { x.RunId, x.Name });
                });

            migrationBuilder.CreateIndex(
                name: "IX_TrainingRuns_Active",
                table: "TrainingRuns",
                column: "AgentId",
                unique: true,
                filter: "\"Status\" IN ('Queued', 'Training', 'Gate')");

            migrationBuilder.CreateIndex(
                name: "IX_TrainingRuns_AgentId_CreatedAt",
                table: "TrainingRuns",
                columns: new[] { "AgentId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_PreferencePairs_ChosenVersion",
                table: "PreferencePairs",
                column: "ChosenVersion");

            migrationBuilder.CreateIndex(
                name: "IX_PreferencePairs_CreatedAt",
                table: "PreferencePairs",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_PreferencePairs_RejectedVersion",
                table: "PreferencePairs",
                column: "RejectedVersion");

            migrationBuilder.CreateIndex(
                name: "IX_PreferencePairs_Space_CreatedAt_Hash",
                table: "PreferencePairs",
                columns: new[] { "Space", "CreatedAt", "Hash" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "JudgingTroubles");

            migrationBuilder.DropTable(
                name: "TrainingFiles");

            migrationBuilder.DropIndex(
                name: "IX_TrainingRuns_Active",
                table: "TrainingRuns");

            migrationBuilder.DropIndex(
                name: "IX_TrainingRuns_AgentId_CreatedAt",
                table: "TrainingRuns");

            migrationBuilder.DropIndex(
                name: "IX_PreferencePairs_ChosenVersion",
                table: "PreferencePairs");

            migrationBuilder.DropIndex(
                name: "IX_PreferencePairs_CreatedAt",
                table: "PreferencePairs");

            migrationBuilder.DropIndex(
                name: "IX_PreferencePairs_RejectedVersion",
                table: "PreferencePairs");

            migrationBuilder.DropIndex(
                name: "IX_PreferencePairs_Space_CreatedAt_Hash",
                table: "PreferencePairs");

            migrationBuilder.DropColumn(
                name: "CostMicroUsd",
                table: "Judgments");

            migrationBuilder.DropColumn(
                name: "Tries",
                table: "Judgments");

            migrationBuilder.DropColumn(
                name: "InputMicroUsdPerMillionTokens",
                table: "Judges");

            migrationBuilder.DropColumn(
                name: "OutputMicroUsdPerMillionTokens",
                table: "Judges");

            migrationBuilder.CreateIndex(
                name: "IX_TrainingRuns_AgentId",
                table: "TrainingRuns",
                column: "AgentId");

            migrationBuilder.CreateIndex(
                name: "IX_PreferencePairs_Space_CreatedAt",
                table: "PreferencePairs",
                columns: new[] { "Space", "CreatedAt" });
        }
    }
}
