using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Arena.Rules.Ratings;

/// <summary>Numbers players by name, in order of appearance.</summary>
/// <remarks>
/// A hash table of its own, because a fit from raw names spends most of its time here: the hash reads the length and at most four
/// eight-byte windows of the name, and a slot holds part of it, so that a look-up is one probe and one comparison. Whoever chooses names
/// to collide makes the reader slower, not wrong.
/// </remarks>
public sealed class BattleNames
{
    private readonly List<string> names = [];
    private (ulong Hash, int Id)[] slots = new (ulong, int)[64];

    /// <summary>The names by number.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The name's number, a new one where it is unknown.</summary>
    public int Id(string name)
    {
        var hash = Hash(name);
        for (var slot = (int)hash & (slots.Length - 1); ; slot = (slot + 1) & (slots.Length - 1))
        {
            ref var entry = ref slots[slot];
            if (entry.Hash == hash)
            {
                var known = names[entry.Id];
                if (ReferenceEquals(known, name) || string.Equals(known, name))
                {
                    return entry.Id;
                }
            }
            else if (entry.Hash == 0)
            {
                entry = (hash, names.Count);
                names.Add(name);
                if (names.Count * 4 > slots.Length)
                {
                    Grow();
                }
                return names.Count - 1;
            }
        }
    }

    /// <summary>
    /// A table from rows of names as arena logs hold them. Players are numbered in ordinal order of their names, so that the order of
    /// the rows doesn't matter.
    /// </summary>
    /// <param name="first">(n) model_a.</param>
    /// <param name="second">(n) model_b.</param>
    /// <param name="winners">(n) "model_a", "model_b", "tie", "tie (bothbad)" or "both_bad".</param>
    /// <returns>The table and its players' names.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a winner is none of those, or a player battles itself.</exception>
    public static (BattleTable Table, string[] Names) Read(ReadOnlySpan<string> first, ReadOnlySpan<string> second, ReadOnlySpan<string> winners)
    {
        if (second.Length != first.Length || winners.Length != first.Length)
        {
            throw new ArgumentException("First, second and winners have one entry a battle.");
        }
        var known = new BattleNames();
        var (a, b, outcomes) = (new int[first.Length], new int[first.Length], new BattleOutcome[first.Length]);
        for (var k = 0; k < first.Length; k++)
        {
            a[k] = known.Id(first[k]);
            b[k] = known.Id(second[k]);
            outcomes[k] = Outcome(winners[k]);
        }
        var sorted = known.names.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order, StringComparer.Ordinal);
        var place = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            place[order[i]] = i;
        }
        for (var k = 0; k < a.Length; k++)
        {
            a[k] = place[a[k]];
            b[k] = place[b[k]];
        }
        return (BattleTable.FromIds(sorted.Length, a, b, outcomes), sorted);
    }

    private static BattleOutcome Outcome(string winner) => winner switch
    {
        "model_a" => BattleOutcome.FirstWins,
        "model_b" => BattleOutcome.SecondWins,
        "tie" or "tie (bothbad)" or "both_bad" => BattleOutcome.Tie,
        _ => throw new ArgumentException($"No winner is called '{winner}'."),
    };

    /// <summary>Never 0, which marks an empty slot.</summary>
    private static ulong Hash(string name)
    {
        const ulong odd = 0x9E3779B97F4A7C15;
        var length = name.Length;
        ref var text = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(name.AsSpan()));
        var hash = (ulong)length * odd;
        if (length >= 4)
        {
            var last = 2 * (length - 4);
            var third = last / 3 & ~1;
            hash = (hash ^ Unsafe.ReadUnaligned<ulong>(ref text)) * odd;
            hash = (hash ^ (hash >> 32) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, last))) * odd;
            hash = (hash ^ (hash >> 32) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, third))) * odd;
            hash = (hash ^ (hash >> 32) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, 2 * third))) * odd;
        }
        else
        {
            foreach (var c in name)
            {
                hash = (hash ^ c) * odd;
            }
        }
        hash ^= hash >> 29;
        return hash | (1UL << 63);
    }

    private void Grow()
    {
        var old = slots;
        slots = new (ulong, int)[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry.Hash != 0)
            {
                var slot = (int)entry.Hash & (slots.Length - 1);
                while (slots[slot].Hash != 0)
                {
                    slot = (slot + 1) & (slots.Length - 1);
                }
                slots[slot] = entry;
            }
        }
    }
}
