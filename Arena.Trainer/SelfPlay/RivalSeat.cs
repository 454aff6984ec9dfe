using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.SelfPlay;

/// <summary>Another policy's reading of the games of a lock step: it is fed every move and asked on its turns.</summary>
internal sealed class RivalSeat : IDisposable
{
    private readonly Rival _rival;
    private KvCache _cache;
    private float[] _logits;

    /// <param name="openings">All of one length.</param>
    /// <param name="copies">Games from each.</param>
    public RivalSeat(Rival rival, IReadOnlyList<int[]> openings, int copies, int longest)
    {
        _rival = rival;
        var config = rival.Decoder.Config;
        using var read = new KvCache(config, openings.Count, config.Beginning.Count + rival.Tokens.Prefix.Count + longest, dtype: rival.Weights.Embedding.dtype);
        var prompts = openings.SelectMany(o => config.Beginning.Concat(rival.Tokens.Prefix).Concat(o.Select(rival.Tokens.Token))).Select(t => (long)t);
        var logits = BatchSampler.Step(rival.Decoder, rival.Weights, read, [.. prompts], openings.Count);
        var rows = Enumerable.Range(0, openings.Count * copies).Select(row => row / copies).ToList();
        _cache = read.Select(rows);
        _logits = [.. rows.SelectMany(row => logits.AsSpan(row * config.VocabSize, config.VocabSize).ToArray())];
    }

    /// <summary>Its move in the game at <paramref name="place"/> of the batch, as a token of the asking policy; a token that is no move becomes an illegal one.</summary>
    public int Pick(int place, GameTokens asking, SeededChance chance)
    {
        var config = _rival.Decoder.Config;
        var choice = _rival.Tokens.Choice(TokenPicker.Pick(_logits.AsSpan(place * config.VocabSize, config.VocabSize), _rival.Sampling, chance, config.BosId ?? -1));
        return choice >= 0 ? asking.Token(choice) : asking.Prefix[0];
    }

    /// <summary>Keeps the games at these places and feeds each its move.</summary>
    public void Advance(IReadOnlyList<int> kept, IReadOnlyList<int> choices)
    {
        if (kept.Count < _cache.Rows)
        {
            var fork = _cache.Select(kept);
            _cache.Dispose();
            _cache = fork;
        }
        _logits = BatchSampler.Step(_rival.Decoder, _rival.Weights, _cache, [.. choices.Select(c => (long)_rival.Tokens.Token(c))], kept.Count);
    }

    public void Dispose() => _cache.Dispose();
}
