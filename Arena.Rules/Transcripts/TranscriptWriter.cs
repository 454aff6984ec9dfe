using System.Buffers.Binary;
using Arena.Rules.Hashing;
using Arena.Rules.Play;

namespace Arena.Rules.Transcripts;

/// <summary>
/// Builds a match's canonical transcript and its hash chain while it is played; docs/protocol.md has the format.
/// h(0) = SHA-256("arena-chain-v1" || header), h(n+1) = SHA-256(h(n) || u32be game || the turn's canonical bytes).
/// </summary>
internal sealed class TranscriptWriter
{
    public const string Format = "transcript/1";

    private readonly MatchSetup _setup;
    private readonly byte[] _commitment;

    // Each turn stands behind the 36 bytes that the chain puts before it, so that it is hashed where it was written.
    private readonly CanonicalWriter _turns = CanonicalWriter.Rent(32 * 1024);
    private readonly List<(int Game, int Start, int End)> _places = new(64);
    private readonly byte[] _head = new byte[32];
    private byte[]? _finished;

    public TranscriptWriter(MatchSetup setup)
    {
        _setup = setup;
        _commitment = CommitmentOf(setup.Seed);
        var header = CanonicalWriter.Rent(1024);
        header.Raw("arena-chain-v1{\"arena\":\"transcript/1\","u8);
        WriteCommitment(header);
        header.Raw(","u8);
        WriteMiddle(header);
        header.Raw(","u8);
        WriteSpace(header);
        header.Raw("}"u8);
        Sha256.Hash(header.Written, _head);
        header.GiveBack();
    }

    /// <summary>The chain's last value, 32 bytes.</summary>
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>SHA-256("arena-seed-v1" || seed).</summary>
    public static byte[] CommitmentOf(ReadOnlySpan<byte> seed)
    {
        var commitment = new byte[32];
        Sha256.Hash([.. "arena-seed-v1"u8, .. seed], commitment);
        return commitment;
    }

    /// <summary>The word for a fault in transcripts.</summary>
    public static string WordFor(FaultKind fault) => fault switch
    {
        FaultKind.TimedOut => "timed-out",
        FaultKind.Illegal => "illegal",
        FaultKind.Crashed => "crashed",
        FaultKind.Disconnected => "disconnected",
        FaultKind.OverBudget => "over-budget",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    /// <summary>The fault for a word, or null for a word that isn't one.</summary>
    public static FaultKind? FaultFor(string word) =>
        Enum.GetValues<FaultKind>().Where(f => WordFor(f) == word).Select(f => (FaultKind?)f).FirstOrDefault();

    /// <summary>Appends a turn and moves the chain on. Turns come in the order of their numbers.</summary>
    public void Add(PendingTurn asked, IReadOnlyList<string> said, string? did, FaultKind? fault, string? detail)
    {
        var w = _turns;
        var link = w.Length;
        w.Raw(_head);
        Span<byte> game = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(game, (uint)asked.Game);
        w.Raw(game);
        var start = w.Length;
        if (detail is null)
        {
            w.Raw("{\"detail\":null,\"did\":"u8);
        }
        else
        {
            w.Raw("{\"detail\":"u8);
            w.Text(detail);
            w.Raw(",\"did\":"u8);
        }
        w.TextOrNull(did);
        if (fault is { } kind)
        {
            w.Raw(",\"fault\":"u8);
            w.Text(WordFor(kind));
            w.Raw(",\"ply\":"u8);
        }
        else
        {
            w.Raw(",\"fault\":null,\"ply\":"u8);
        }
        w.Number(asked.Ply);
        w.Raw(",\"said\":["u8);
        for (var i = 0; i < said.Count; i++)
        {
            w.Raw(i == 0 ? ""u8 : ","u8);
            w.Text(said[i]);
        }
        w.Raw("],\"saw\":"u8);
        asked.Observation.WriteText(w);
        w.Raw(",\"seat\":"u8);
        w.Number(asked.Seat);
        w.Raw(",\"t\":"u8);
        w.Number(asked.Turn);
        w.Raw("}"u8);
        _places.Add((asked.Game, start, w.Length));
        Sha256.Hash(w.Written[link..], _head);
    }

    /// <summary>The canonical bytes of the whole match, after which no turn can be added.</summary>
    public byte[] Finish(IReadOnlyList<GameRecord> games) => _finished ??= Write(games);

    // Turns are copied once, from where they were written to where they end; the rest is written around them.
    private byte[] Write(IReadOnlyList<GameRecord> games)
    {
        var frame = CanonicalWriter.Rent(1024 + 256 * games.Count);
        Span<int> openings = games.Count <= 64 ? stackalloc int[games.Count] : new int[games.Count];
        frame.Raw("{\"arena\":\"transcript/1\",\"chain\":"u8);
        frame.Hex(_head);
        frame.Raw(","u8);
        WriteCommitment(frame);
        frame.Raw(",\"games\":["u8);
        for (var g = 0; g < games.Count; g++)
        {
            frame.Raw(g == 0 ? "{\"deal\":"u8 : ",{\"deal\":"u8);
            frame.Number(games[g].Deal);
            frame.Raw(",\"scores\":"u8);
            if (games[g].Scores is { } scores)
            {
                WriteNumbers(frame, scores);
            }
            else
            {
                frame.Raw("null"u8);
            }
            frame.Raw(",\"seats\":"u8);
            WriteNumbers(frame, games[g].Seats);
            frame.Raw(",\"turns\":["u8);
            openings[g] = frame.Length;
            frame.Raw("]}"u8);
        }
        frame.Raw("],"u8);
        WriteMiddle(frame);
        frame.Raw(",\"seed\":"u8);
        frame.Hex(_setup.Seed);
        frame.Raw(","u8);
        WriteSpace(frame);
        frame.Raw("}"u8);
        var bytes = Fill(frame.Written, openings);
        frame.GiveBack();
        _turns.GiveBack();
        return bytes;
    }

    /// <summary>The frame with each game's turns at its opening.</summary>
    private byte[] Fill(ReadOnlySpan<byte> frame, ReadOnlySpan<int> openings)
    {
        var length = frame.Length;
        for (var i = 0; i < _places.Count; i++)
        {
            // A comma before every turn but a game's first.
            length += _places[i].End - _places[i].Start + (i > 0 && _places[i - 1].Game == _places[i].Game ? 1 : 0);
        }
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var rest = bytes.AsSpan();
        var (from, place) = (0, 0);
        for (var g = 0; g < openings.Length; g++)
        {
            frame[from..openings[g]].CopyTo(rest);
            rest = rest[(openings[g] - from)..];
            from = openings[g];
            for (var first = place; place < _places.Count && _places[place].Game == g; place++)
            {
                if (place > first)
                {
                    rest[0] = (byte)',';
                    rest = rest[1..];
                }
                var turn = _turns.Written[_places[place].Start.._places[place].End];
                turn.CopyTo(rest);
                rest = rest[turn.Length..];
            }
        }
        frame[from..].CopyTo(rest);
        return bytes;
    }

    private void WriteCommitment(CanonicalWriter w)
    {
        w.Raw("\"commitment\":"u8);
        w.Hex(_commitment);
    }

    private void WriteMiddle(CanonicalWriter w)
    {
        w.Raw("\"kind\":"u8);
        w.Text(_setup.Kind);
        w.Raw(",\"match\":"u8);
        w.Id(_setup.Match);
        if (_setup.Material is { } material)
        {
            // Canonical already: the machine read it before play.
            w.Raw(",\"material\":"u8);
            w.Raw(System.Text.Encoding.UTF8.GetBytes(material));
        }
        w.Raw(",\"players\":["u8);
        for (var i = 0; i < _setup.Players.Count; i++)
        {
            w.Raw(i == 0 ? "{"u8 : ",{"u8);
            if (_setup.Players[i].LegalOnly)
            {
                w.Raw("\"guided\":\"legal\","u8);
            }
            w.Raw("\"hash\":"u8);
            w.Text(_setup.Players[i].Hash);
            w.Raw(",\"version\":"u8);
            w.Id(_setup.Players[i].Version);
            w.Raw("}"u8);
        }
        w.Raw("],\"rules\":"u8);
        w.Number(_setup.Rules.Card.RulesVersion);
    }

    private void WriteSpace(CanonicalWriter w)
    {
        w.Raw("\"space\":"u8);
        w.Text(_setup.Rules.Card.Slug);
    }

    private static void WriteNumbers(CanonicalWriter w, IReadOnlyList<long> numbers)
    {
        for (var i = 0; i < numbers.Count; i++)
        {
            w.Raw(i == 0 ? "["u8 : ","u8);
            w.Number(numbers[i]);
        }
        w.Raw("]"u8);
    }

    private static void WriteNumbers(CanonicalWriter w, IReadOnlyList<int> numbers)
    {
        for (var i = 0; i < numbers.Count; i++)
        {
            w.Raw(i == 0 ? "["u8 : ","u8);
            w.Number(numbers[i]);
        }
        w.Raw("]"u8);
    }
}
