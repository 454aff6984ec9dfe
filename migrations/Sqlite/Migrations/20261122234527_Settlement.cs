using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Arena.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Settlement : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ChainCursors",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Block = table.Column<long>(type: "INTEGER", nullable: false),
                    BlockHash = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ChainCursors", x => x.Name);
                });

            migrationBuilder.CreateTable(
                name: "EpochPayouts",
                columns: table => new
                {
                    Epoch = table.Column<long>(type: "INTEGER", nullable: false),
                    Address = table.Column<string>(type: "TEXT", nullable: false),
                    CumulativeGwei = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EpochPayouts", x => new { x.Epoch, x.Address });
                });

            migrationBuilder.CreateTable(
                name: "OutboxRows",
                columns: table => new
                {
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Call = table.Column<string>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    Nonce = table.Column<long>(type: "INTEGER", nullable: true),
                    SentAt = table.Column<long>(type: "INTEGER", nullable: true),
                    MinedHash = table.Column<string>(type: "TEXT", nullable: true),
                    Block = table.Column<long>(type: "INTEGER", nullable: true),
                    BlockHash = table.Column<string>(type: "TEXT", nullable: true),
                    Trouble = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OutboxRows", x => x.Key);
                });

            migrationBuilder.CreateTable(
                name: "SettlementEpochs",
                columns: table => new
                {
                    Number = table.Column<long>(type: "INTEGER", nullable: false),
                    ResultRoot = table.Column<string>(type: "TEXT", nullable: false),
                    PayoutRoot = table.Column<string>(type: "TEXT", nullable: false),
                    PayoutTotalGwei = table.Column<long>(type: "INTEGER", nullable: false),
                    Matches = table.Column<int>(type: "INTEGER", nullable: false),
                    Status = table.Column<string>(type: "TEXT", nullable: false),
                    BuiltAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ProposeTx = table.Column<string>(type: "TEXT", nullable: true),
                    ProposeBlock = table.Column<long>(type: "INTEGER", nullable: true),
                    ProposedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    FinalizeTx = table.Column<string>(type: "TEXT", nullable: true),
                    FinalizedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    WindowEndsAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SettlementEpochs", x => x.Number);
                });

            migrationBuilder.CreateTable(
                name: "OutboxVersions",
                columns: table => new
                {
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Bump = table.Column<int>(type: "INTEGER", nullable: false),
                    Raw = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Hash = table.Column<string>(type: "TEXT", nullable: false),
                    SignedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OutboxVersions", x => new { x.Key, x.Bump });
                    table.ForeignKey(
                        name: "FK_OutboxVersions_OutboxRows_Key",
                        column: x => x.Key,
                        principalTable: "OutboxRows",
                        principalColumn: "Key",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_OutboxRows_State",
                table: "OutboxRows",
                column: "State");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ChainCursors");

            migrationBuilder.DropTable(
                name: "EpochPayouts");

            migrationBuilder.DropTable(
                name: "OutboxVersions");

            migrationBuilder.DropTable(
                name: "SettlementEpochs");

            migrationBuilder.DropTable(
                name: "OutboxRows");
        }
    }
}
