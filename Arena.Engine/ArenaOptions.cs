using System.ComponentModel.DataAnnotations;
using Arena.Rules.Spaces.Holdem;

namespace Arena.Engine;

/// <summary>The engine's settings: section "Arena" of the configuration. Durations are <see cref="TimeSpan"/>s.</summary>
public sealed class ArenaOptions
{
    public const string Section = "Arena";

    /// <summary>Where the database, keys and files of policies are kept; made at start.</summary>
    [Required]
    public string DataFolder { get; set; } = "data";

    /// <summary>Ports of the embedded silo on the loopback address; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int SiloPort { get; set; }

    /// <summary>Port for clients outside the process; 0 means that there are none.</summary>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; }

    /// <summary>Bytes that the database may grow to; 0 for as far as the disk goes. When it is reached, results wait in memory.</summary>
    [Range(0, long.MaxValue)]
    public long LargestDatabase { get; set; }

    /// <summary>Most agents of one owner.</summary>
    [Range(1, 10_000)]
    public int AgentsPerOwner { get; set; } = 20;

    public LeaseOptions Lease { get; set; } = new();

    public MatchmakingOptions Matchmaking { get; set; } = new();

    public HouseShowOptions HouseShow { get; set; } = new();

    public ScriptOptions Scripts { get; set; } = new();

    public PriceOptions Prices { get; set; } = new();

    public HoldemStakeOptions Holdem { get; set; } = new();

    /// <summary>File of the database inside <see cref="DataFolder"/>.</summary>
    public string DatabaseFile => Path.Combine(Path.GetFullPath(DataFolder), "arena.db");
}

/// <summary>What Hold'em is played for, in chips (HoldemStakes gives the bounds); read at start, for new matches. All stakes share one ranking.</summary>
public sealed class HoldemStakeOptions
{
    public int SmallBlind { get; set; } = HoldemStakes.Usual.SmallBlind;

    public int BigBlind { get; set; } = HoldemStakes.Usual.BigBlind;

    /// <summary>Of each player at the start of every hand.</summary>
    public int Stack { get; set; } = HoldemStakes.Usual.Stack;

    /// <summary>In a game, an even number.</summary>
    public int Hands { get; set; } = HoldemStakes.Usual.Hands;

    internal HoldemStakes Stakes => new(SmallBlind, BigBlind, Stack, Hands);
}

/// <summary>What Tradewars is played with.</summary>
public sealed class PriceOptions
{
    /// <summary>A CSV of recorded prices, oldest first (PriceSeries.ReadCsv says which form); empty for generated prices. Read at start.</summary>
    public string File { get; set; } = "";
}

/// <summary>How long a node may be silent before another takes over its matches.</summary>
public sealed class LeaseOptions
{
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(3);

    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Who meets whom, and when.</summary>
public sealed class MatchmakingOptions
{
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Rating difference accepted at once, in Elo points.</summary>
    [Range(1, 3_000)]
    public int Window { get; set; } = 150;

    /// <summary>What each second of waiting adds to it, in Elo points.</summary>
    [Range(0, 1_000)]
    public int WidenPerSecond { get; set; } = 15;

    /// <summary>Waiting time after which a house agent steps in.</summary>
    public TimeSpan HouseAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most rated matches of the same two agents in one hour.</summary>
    [Range(1, 100_000)]
    public int PairCapPerHour { get; set; } = 20;

    /// <summary>Least time between shown turns of owners' matches, so that they can be watched.</summary>
    [Range(0, 60_000)]
    public int PaceMs { get; set; } = 400;

    /// <summary>Most matches that one entry may ask for.</summary>
    [Range(1, 10_000)]
    public int MatchesPerEntry { get; set; } = 100;

    /// <summary>Waiting time after a void match, doubled with each further one.</summary>
    public TimeSpan AfterVoid { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Void matches in a row after which an entry is stopped.</summary>
    [Range(1, 100)]
    public int VoidsUntilStop { get; set; } = 6;
}

/// <summary>House matches that keep every open space alive.</summary>
public sealed class HouseShowOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>Quick matches per space and minute; 0 for none.</summary>
    [Range(0, 6_000)]
    public int MatchesPerMinute { get; set; } = 12;

    /// <summary>Matches shown at watching speed, per space.</summary>
    [Range(0, 100)]
    public int Shown { get; set; } = 1;

    /// <summary>Least time between turns of a shown match.</summary>
    [Range(0, 60_000)]
    public int PaceMs { get; set; } = 700;

    /// <summary>Pause between two shown matches.</summary>
    public TimeSpan Between { get; set; } = TimeSpan.FromSeconds(3);
}

/// <summary>What a script may use.</summary>
public sealed class ScriptOptions
{
    /// <summary>For one call of <c>act</c>.</summary>
    public TimeSpan Time { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that one call may allocate.</summary>
    [Range(1_000_000, 1_000_000_000)]
    public long Memory { get; set; } = 64_000_000;

    [Range(1_000, 1_000_000_000)]
    public int Statements { get; set; } = 5_000_000;

    [Range(10, 1_000)]
    public int Recursion { get; set; } = 200;

    /// <summary>UTF-16 units of a script's source.</summary>
    [Range(1_000, 1_000_000)]
    public int SourceLength { get; set; } = 100_000;
}
