using System.Buffers.Binary;
using System.Security.Cryptography;
using Arena.Rules.Play;

namespace Arena.Client.Playing;

/// <summary>Matches on this machine: the same kernel, sandbox and transcript as on the site, without clocks for what runs in process.</summary>
internal static class LocalMatch
{
    /// <summary>Seed of a match: SHA-256 of the run's seed and the match's number, so that a run can be repeated.</summary>
    public static byte[] SeedOf(ulong seed, int match)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], match);
        return SHA256.HashData(bytes);
    }

    /// <param name="agents">By player; an agent may play for several.</param>
    /// <param name="material">What the space is played with, canonical JSON, or null.</param>
    public static async Task<PlayedMatch> PlayAsync(ISpaceRules rules, IReadOnlyList<ILocalAgent> agents, byte[] seed, CancellationToken ct, string? material = null)
    {
        // Ids come from the seed and the agents: the same run writes the same bytes.
        var match = new Guid(SHA256.HashData(seed).AsSpan(0, 16));
        var players = agents.Select(a => new Player(new Guid(Convert.FromHexString(a.Hash).AsSpan(0, 16)), a.Hash)).ToList();
        var play = new MatchPlay(new MatchSetup(match, rules, seed, "casual", players) { Material = material });
        while (!play.Over)
        {
            foreach (var turn in play.Pending.ToList())
            {
                play.Answer(turn.Turn, await agents[turn.Player].ReplyAsync(play, turn, ct));
            }
        }
        return play.Finish();
    }
}
