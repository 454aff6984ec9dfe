namespace Arena.Trainer.Tokenizing;

/// <summary>Unigram language model (Kudo 2018): of all ways to cut a piece into tokens, the one of the highest summed score.</summary>
internal sealed class UnigramModel : WordModel
{
    // As in SentencePiece: an unknown character scores this much below the worst token.
    private const double UnknownPenalty = 10;

    private readonly Trie _tokens = new();
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly UnknownText _unknown;

    /// <param name="pieces">Text, id and log-probability of the tokens that text may become.</param>
    public UnigramModel(IReadOnlyCollection<(string Text, int Id, double Score)> pieces, UnknownText unknown)
    {
        _unknown = unknown;
        _scores = new double[pieces.Select(p => p.Id).DefaultIfEmpty(0).Max() + 1];
        foreach (var (text, id, score) in pieces)
        {
            if (text.Length > 0)
            {
                _tokens.Add(text, id);
                _scores[id] = score;
            }
        }
        _unknownScore = pieces.Select(p => p.Score).DefaultIfEmpty(0).Min() - UnknownPenalty;
    }

    public override void Encode(string piece, List<int> ids)
    {
        // best[i]: of the cuts of the first i characters: score, where the last token began, and its id (-1: an unknown character).
        var best = new (double Score, int Start, int Id)[piece.Length + 1];
        for (var i = 1; i <= piece.Length; i++)
        {
            best[i] = (double.NegativeInfinity, -1, -1);
        }
        for (var start = 0; start < piece.Length;)
        {
            var width = char.IsHighSurrogate(piece[start]) && start + 1 < piece.Length && char.IsLowSurrogate(piece[start + 1]) ? 2 : 1;
            var single = false;
            foreach (var (length, id) in _tokens.Prefixes(piece, start))
            {
                single |= length == width;
                Offer(start + length, best[start].Score + _scores[id], start, id);
            }
            if (!single)
            {
                Offer(start + width, best[start].Score + _unknownScore, start, -1);
            }
            start += width;
        }
        Collect(piece, best, ids);

        void Offer(int end, double score, int start, int id)
        {
            if (best[end].Start < 0 || score > best[end].Score)
            {
                best[end] = (score, start, id);
            }
        }
    }

    private void Collect(string piece, (double Score, int Start, int Id)[] best, List<int> ids)
    {
        var cuts = new Stack<(int Start, int End, int Id)>();
        for (var end = piece.Length; end > 0; end = best[end].Start)
        {
            cuts.Push((best[end].Start, end, best[end].Id));
        }
        var unknownBefore = false;
        foreach (var (start, end, id) in cuts)
        {
            if (id >= 0)
            {
                ids.Add(id);
            }
            else if (_unknown.ByBytes(piece[start..end]) is { } bytes)
            {
                ids.AddRange(bytes);
            }
            else if (_unknown.Unknown is { } unknown && !(unknownBefore && _unknown.Fuse))
            {
                ids.Add(unknown);
            }
            unknownBefore = id < 0;
        }
    }
}
