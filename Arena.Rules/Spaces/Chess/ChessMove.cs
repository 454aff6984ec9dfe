namespace Arena.Rules.Spaces.Chess;

/// <summary>Kinds of pieces, as indices into a board's bitboards.</summary>
public static class ChessPiece
{
    public const int Pawn = 0;
    public const int Knight = 1;
    public const int Bishop = 2;
    public const int Rook = 3;
    public const int Queen = 4;
    public const int King = 5;
}

/// <summary>Moves that do more than take a piece from one square to another.</summary>
public static class ChessKind
{
    public const int Plain = 0;
    public const int Double = 1;
    public const int EnPassant = 2;
    public const int Castling = 3;
}

/// <summary>A move in 20 bits: from (0 = a1, 7 = h1, 63 = h8), to, the piece that moves, what it turns into (0 = nothing), the kind.</summary>
public readonly record struct ChessMove(uint Bits)
{
    private static readonly string?[] Names = new string?[5 * 64 * 64];

    public ChessMove(int piece, int from, int to, int promotion = 0, int kind = ChessKind.Plain)
        : this((uint)(from | to << 6 | piece << 12 | promotion << 15 | kind << 18))
    {
    }

    public int From => (int)(Bits & 63);

    public int To => (int)(Bits >> 6 & 63);

    public int Piece => (int)(Bits >> 12 & 7);

    /// <summary>The piece a pawn turns into, or 0.</summary>
    public int Promotion => (int)(Bits >> 15 & 7);

    public int Kind => (int)(Bits >> 18 & 3);

    /// <summary>A square's name, "a1" to "h8".</summary>
    public static string SquareName(int square) => $"{(char)('a' + square % 8)}{(char)('1' + square / 8)}";

    /// <summary>The UCI form: "e2e4", "e1g1" for castling, "e7e8q".</summary>
    public override string ToString() => Names[(int)(Bits & 0xFFF) + 4096 * Promotion] ??=
        SquareName(From) + SquareName(To) + (Promotion == 0 ? "" : "pnbrq"[Promotion].ToString());
}
