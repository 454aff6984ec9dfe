using Arena.Trainer.Models;
using Arena.Trainer.Sampling;
using static TorchSharp.torch;

namespace Arena.Trainer.Serving;

/// <summary>
/// One model's running answers. Each turn admits what fits, reads a piece of the waiting prompts and gives every running answer its next token;
/// so answers join and leave between tokens, and a long prompt is read in pieces while the others go on. Used by the loop's thread only.
/// </summary>
internal sealed class Lane(LaneModel model, ServeOptions options, ServeCounts counts) : IDisposable
{
    // A cache that is kept while nobody uses it, so that the next request finds it.
    private const long KeptBytes = 64 << 20;
    private const int FewestPlaces = 8;

    private readonly List<Running> _running = [];
    private readonly Queue<Reading> _reading = [];
    private readonly List<GenerationJob> _short = [];
    private KvCache? _cache;
    private RowWeights? _bound;

    public FairQueue<GenerationJob> Waiting { get; } = new();

    public bool IsIdle => _running.Count == 0 && _reading.Count == 0 && Waiting.Count == 0;

    public int RowCount => _running.Count;

    /// <summary>Bytes of keys and values held.</summary>
    public long Bytes => (_cache is null ? 0 : BytesOf(_cache.Places, _cache.Capacity)) + _reading.Sum(r => BytesOf(1, r.Cache.Capacity));

    private ModelConfig Config => model.Decoder.Config;

    /// <summary>Positions of a prompt that are read between two tokens.</summary>
    private int Piece => (int)Math.Clamp(options.PieceWork / model.Products, 16, 4096);

    /// <param name="othersBytes">What the other lanes hold.</param>
    public void Turn(long othersBytes)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        DropGone();
        Admit(othersBytes);
        ReadTogether();
        ReadPiece();
        Step();
        if (_running.Count == 0 && _reading.Count == 0 && _cache is not null && Bytes > KeptBytes)
        {
            Release();
        }
    }

    /// <summary>Gives back the memory of a lane without answers.</summary>
    public void Release()
    {
        if (_running.Count == 0)
        {
            _cache?.Dispose();
            _cache = null;
        }
    }

    /// <summary>Ends everything with an error.</summary>
    public void FailAll(Exception error)
    {
        foreach (var job in _running.Select(r => r.Job).Concat(_reading.Select(r => r.Job)).Concat(_short).Concat(Waiting.Remove(_ => true)).Distinct().ToList())
        {
            job.Fail(error);
        }
        _running.Clear();
        Unbind();
        _short.Clear();
        while (_reading.TryDequeue(out var reading))
        {
            reading.Dispose();
        }
        Release();
    }

    public void Dispose() => FailAll(new OverloadedException("The server is stopping.", stopping: true));

    private void DropGone()
    {
        foreach (var job in Waiting.Remove(j => j.Gone))
        {
            job.Drop();
        }
        for (var i = _running.Count - 1; i >= 0; i--)
        {
            if (_running[i].Job is { } job && (job.Gone || job.IsDone))
            {
                job.Drop();
                Leave(i);
            }
        }
        for (var n = _reading.Count; n > 0; n--)
        {
            var reading = _reading.Dequeue();
            if (reading.Job.Gone)
            {
                reading.Job.Drop();
                reading.Dispose();
            }
            else
            {
                _reading.Enqueue(reading);
            }
        }
    }

    private void Admit(long othersBytes)
    {
        var joining = _reading.Sum(r => r.Job.Rows.Count);
        var width = 0;
        while (Waiting.TryPeek(out var job))
        {
            var rows = _running.Count + joining + job.Rows.Count;
            var alone = _running.Count + joining + _short.Count == 0;
            if (rows > options.MaxRows && !alone)
            {
                return;
            }
            if (!MakeRoom(rows, job, othersBytes))
            {
                if (!alone || othersBytes > 0)
                {
                    // Answers end, and then there is room.
                    return;
                }
                Waiting.Take().Fail(new BadRequestException($"The answers asked for need more room than the {options.KvBytes >> 20} MiB that this server keeps for keys and values.", "max_tokens"));
                continue;
            }
            var isShort = job.Prompt.Count <= Piece;
            width = isShort ? Math.Max(width, job.Prompt.Count) : width;
            if (isShort && _short.Count > 0 && (_short.Count + 1) * width > Piece)
            {
                return;
            }
            Waiting.Take();
            joining += job.Rows.Count;
            if (isShort)
            {
                _short.Add(job);
            }
            else
            {
                _reading.Enqueue(new Reading(job, new KvCache(Config, 1, job.Prompt.Count, dtype: model.Type)));
            }
        }
    }

    /// <summary>Makes the cache large enough for so many rows and this job's positions; false when that would be too much memory.</summary>
    private bool MakeRoom(int rows, GenerationJob job, long othersBytes)
    {
        var prompt = job.Prompt.Count > Piece ? BytesOf(1, job.Prompt.Count) : 0;
        if (job.Rows.All(r => r.MaxTokens <= 1))
        {
            // The first token comes from reading the prompt: such answers never join.
            return othersBytes + Bytes + prompt <= options.KvBytes || Bytes + othersBytes == 0;
        }
        // Half as much again as the longest row: then rows are seldom moved to the left edge.
        var capacity = Math.Max(_cache?.Capacity ?? 0, job.Positions + Math.Max(16, job.Positions / 2));
        var places = Math.Max(_cache?.Places ?? FewestPlaces, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows));
        var reading = _reading.Sum(r => BytesOf(1, r.Cache.Capacity)) + prompt;
        if (othersBytes + reading + BytesOf(places, capacity) > options.KvBytes)
        {
            // As little as will do, before waiting.
            places = Math.Max(_running.Count > 0 ? _cache!.Places : 0, rows);
            capacity = Math.Max(_running.Count > 0 ? _cache!.Capacity : 0, job.Positions);
            if (othersBytes + reading + BytesOf(places, capacity) > options.KvBytes)
            {
                return false;
            }
        }
        if (_cache is null || _cache.Places < places || _cache.Capacity < capacity)
        {
            if (_running.Count == 0)
            {
                _cache?.Dispose();
                _cache = KvCache.ForJoining(Config, places, capacity, model.Type);
            }
            else
            {
                _cache = _cache!.Grow(Config, places, capacity);
            }
        }
        return true;
    }

    /// <summary>Short prompts that were admitted together are read together.</summary>
    private void ReadTogether()
    {
        if (_short.Count == 0)
        {
            return;
        }
        var width = _short.Max(j => j.Prompt.Count);
        var padding = _short.Select(j => width - j.Prompt.Count).ToArray();
        var ids = new long[_short.Count * width];
        Array.Fill(ids, Config.PadId);
        for (var n = 0; n < _short.Count; n++)
        {
            for (var t = 0; t < _short[n].Prompt.Count; t++)
            {
                ids[n * width + padding[n] + t] = _short[n].Prompt[t];
            }
        }
        using var cache = new KvCache(Config, _short.Count, width, padding, model.Type);
        using var weights = model.Bank.ForRows([.. _short.Select(j => j.Policy.Adapter)]);
        var logits = BatchSampler.Step(model.Decoder, weights.Weights, cache, ids, _short.Count);
        counts.Read(ids.Length - padding.Sum());
        for (var n = 0; n < _short.Count; n++)
        {
            Begin(_short[n], cache, n, logits.AsSpan(n * Config.VocabSize, Config.VocabSize));
        }
        _short.Clear();
    }

    private void ReadPiece()
    {
        if (!_reading.TryPeek(out var reading))
        {
            return;
        }
        var prompt = reading.Job.Prompt;
        var count = Math.Min(Piece, prompt.Count - reading.Cache.Length);
        var ids = new long[count];
        for (var t = 0; t < count; t++)
        {
            ids[t] = prompt[reading.Cache.Length + t];
        }
        var logits = BatchSampler.Step(model.Decoder, model.Bank.For(reading.Job.Policy.Adapter), reading.Cache, ids, 1);
        counts.Read(count);
        if (reading.Cache.Length == prompt.Count)
        {
            Begin(reading.Job, reading.Cache, 0, logits.AsSpan(0, Config.VocabSize));
            _reading.Dequeue();
            reading.Dispose();
        }
    }

    /// <summary>The prompt has been read: draws the first token of each of its answers; those that go on join the batch.</summary>
    private void Begin(GenerationJob job, KvCache cache, int row, ReadOnlySpan<float> logits)
    {
        for (var n = 0; n < job.Rows.Count && !job.IsDone; n++)
        {
            var running = new Running(job, n, new RowDraw(job.Rows[n], Config));
            if (Draw(running, logits))
            {
                _cache!.Join(cache, row, job.Prompt.Count);
                _running.Add(running);
                Unbind();
            }
        }
    }

    private void Step()
    {
        if (_running.Count == 0)
        {
            return;
        }
        counts.Batch(_running.Count);
        _cache!.MakeRoom();
        var ids = new long[_running.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _running[i].Draw.LastId;
        }
        _bound ??= model.Bank.ForRows([.. _running.Select(r => r.Job.Policy.Adapter)]);
        var logits = BatchSampler.Step(model.Decoder, _bound.Weights, _cache, ids, ids.Length);
        // From the end: the row that takes a leaver's place has had its token already.
        for (var i = ids.Length - 1; i >= 0; i--)
        {
            if (_running[i].Job.IsDone || !Draw(_running[i], logits.AsSpan(i * Config.VocabSize, Config.VocabSize)))
            {
                Leave(i);
            }
        }
    }

    /// <summary>Draws a token; false when the answer is done. A fault in one request ends that one.</summary>
    private bool Draw(Running running, ReadOnlySpan<float> logits)
    {
        try
        {
            var goesOn = running.Draw.Next(logits);
            counts.Draw();
            if (!goesOn)
            {
                running.Job.Finish(running.Row, running.Draw.Result);
            }
            return goesOn;
        }
        catch (Exception e)
        {
            running.Job.Fail(e);
            return false;
        }
    }

    private void Leave(int row)
    {
        _cache!.Leave(row);
        _running[row] = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        Unbind();
    }

    private void Unbind()
    {
        _bound?.Dispose();
        _bound = null;
    }

    private long BytesOf(int places, int capacity) => places * KvCache.BytesOf(Config, capacity, model.ElementSize);

    /// <summary>An answer in the batch; its place in the list is its row in the cache.</summary>
    private sealed record Running(GenerationJob Job, int Row, RowDraw Draw);

    /// <summary>A long prompt that is being read.</summary>
    private sealed record Reading(GenerationJob Job, KvCache Cache) : IDisposable
    {
        public void Dispose() => Cache.Dispose();
    }
}
