using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ListIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Matches_CreatedAt",
                table: "Matches");

            migrationBuilder.DropIndex(
                name: "IX_Matches_Space_CreatedAt",
                table: "Matches");

            migrationBuilder.DropIndex(
                name: "IX_Matches_Status_LeaseUntil",
                table: "Matches");

            migrationBuilder.RenameIndex(
                name: "IX_Matches_Unsettled",
                table: "Matches",
                newName: "IX_Matches_ClosedAt");

            migrationBuilder.CreateIndex(
                name: "IX_Matches_LeaseUntil",
                table: "Matches",
                column: "LeaseUntil",
                filter: "\"LeaseUntil\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Matches_Space_Id",
                table: "Matches",
                columns: new[] { "Space", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Matches_Status_Id",
                table: "Matches",
                columns: new[] { "Status", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Matches_LeaseUntil",
                table: "Matches");

            migrationBuilder.DropIndex(
                name: "IX_Matches_Space_Id",
                table: "Matches");

            migrationBuilder.DropIndex(
                name: "IX_Matches_Status_Id",
                table: "Matches");

            migrationBuilder.RenameIndex(
                name: "IX_Matches_ClosedAt",
                table: "Matches",
                newName: "IX_Matches_Unsettled");

            migrationBuilder.CreateIndex(
                name: "IX_Matches_CreatedAt",
                table: "Matches",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_Matches_Space_CreatedAt",
                table: "Matches",
                columns: new[] { "Space", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Matches_Status_LeaseUntil",
                table: "Matches",
                columns: new[] { "Status", "LeaseUntil" },
                filter: "\"Status\" IN ('Scheduled', 'Running', 'Judging')");
        }
    }
}
