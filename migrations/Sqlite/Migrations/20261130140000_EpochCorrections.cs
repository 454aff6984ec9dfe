using Arena.Engine;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(ArenaDb))]
    [Migration("20261130140000_EpochCorrections")]
    public partial class EpochCorrections : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "LedgerUpTo",
                table: "SettlementEpochs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            // Epochs from before know only when they were built.
            migrationBuilder.Sql("UPDATE SettlementEpochs SET LedgerUpTo = COALESCE((SELECT MAX(Id) FROM LedgerRows WHERE At <= BuiltAt), 0)");

            migrationBuilder.CreateTable(
                name: "EpochCorrections",
                columns: table => new
                {
                    Epoch = table.Column<long>(type: "INTEGER", nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Attempt = table.Column<long>(type: "INTEGER", nullable: false),
                    FellResultRoot = table.Column<string>(type: "TEXT", nullable: false),
                    FellPayoutRoot = table.Column<string>(type: "TEXT", nullable: false),
                    ResultRoot = table.Column<string>(type: "TEXT", nullable: false),
                    PayoutRoot = table.Column<string>(type: "TEXT", nullable: false),
                    Changes = table.Column<string>(type: "TEXT", nullable: false),
                    By = table.Column<string>(type: "TEXT", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EpochCorrections", x => new { x.Epoch, x.Number });
                });

            migrationBuilder.Sql("CREATE TRIGGER EpochCorrectionsStay BEFORE UPDATE ON EpochCorrections BEGIN SELECT RAISE(ABORT, 'A correction of an epoch is never changed.'); END");
            migrationBuilder.Sql("CREATE TRIGGER EpochCorrectionsRemain BEFORE DELETE ON EpochCorrections BEGIN SELECT RAISE(ABORT, 'A correction of an epoch is never deleted.'); END");

            migrationBuilder.CreateTable(
                name: "VaultLooks",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Epoch = table.Column<long>(type: "INTEGER", nullable: false),
                    Attempt = table.Column<long>(type: "INTEGER", nullable: false),
                    ResultRoot = table.Column<string>(type: "TEXT", nullable: false),
                    PayoutRoot = table.Column<string>(type: "TEXT", nullable: false),
                    WindowEndsAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Disputed = table.Column<bool>(type: "INTEGER", nullable: false),
                    Rejected = table.Column<bool>(type: "INTEGER", nullable: false),
                    Finalized = table.Column<bool>(type: "INTEGER", nullable: false),
                    Deep = table.Column<bool>(type: "INTEGER", nullable: false),
                    Halt = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_VaultLooks", x => x.Id);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "EpochCorrections");

            migrationBuilder.DropTable(
                name: "VaultLooks");

            migrationBuilder.DropColumn(
                name: "LedgerUpTo",
                table: "SettlementEpochs");
        }
    }
}
