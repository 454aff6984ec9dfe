using Arena.Engine.Ratings;

namespace Arena.Engine.Matchmaking;

public static partial class Matchmaker
{
    /// <summary>
    /// Who is free, by waiting time and, in each tier, by rating: an entry looks at its nearest neighbours that it may meet, not at everybody, so a
    /// round of n entries costs n log n.
    /// </summary>
    private sealed class Queue
    {
        /// <summary>Neighbours that are weighed against each other, on each side: beyond them nobody is worth as much, unless nothing is known of anybody.</summary>
        private const int Reach = 8;

        private readonly RecentMeetings _met;
        private readonly SpaceLadder _ladder;
        private readonly DateTimeOffset _now;
        private readonly MatchmakingOptions _options;
        private readonly List<Waiting> _byTime;
        private readonly IReadOnlyList<WaitingEntry> _all;
        private readonly Dictionary<string, Tier> _tiers;
        private readonly List<(Waiting Other, double Worth, long Gap)> _near = [];
        private int _next;

        public Queue(IReadOnlyList<WaitingEntry> waiting, RecentMeetings met, SpaceLadder ladder, DateTimeOffset now, MatchmakingOptions options)
        {
            (_all, _met, _ladder, _now, _options) = (waiting, met, ladder, now, options);
            _byTime = [.. waiting.Where(e => !(e.HoldUntil > now)).OrderBy(e => e.WaitingSince).ThenBy(e => e.Id).Select(e => new Waiting(e, ladder.Fit.IndexOf(e.VersionId.Value), WindowOf(e, now, options)))];
            _tiers = _byTime.GroupBy(w => w.Entry.Tier).ToDictionary(g => g.Key, g => new Tier([.. g.OrderBy(w => w.Entry.MilliElo).ThenBy(w => w.Entry.Id)], g.Max(w => w.Window)));
        }

        /// <summary>The longest waiting entry that is free, taken out; null when there is none.</summary>
        public WaitingEntry? TakeFirst()
        {
            while (_next < _byTime.Count && _byTime[_next].Taken)
            {
                _next++;
            }
            if (_next == _byTime.Count)
            {
                return null;
            }
            Take(_byTime[_next]);
            return _byTime[_next].Entry;
        }

        public void Take(IReadOnlyList<WaitingEntry> group)
        {
            foreach (var entry in group.Skip(1))
            {
                Take(_tiers[entry.Tier].Of(entry.Id));
            }
        }

        /// <summary>The entry just taken and those that may meet it and each other, most worth first; nearest where nothing is known.</summary>
        public List<WaitingEntry> Gather(WaitingEntry first, int maxSeats)
        {
            var own = _byTime[_next];
            Near(own, Reach * (maxSeats - 1));
            var group = new List<Waiting> { own };
            // Seldom more than one is taken, so the best of what is left is looked for each time, and nothing is sorted.
            while (_near.Count > 0 && group.Count < maxSeats)
            {
                var best = 0;
                for (var i = 1; i < _near.Count; i++)
                {
                    best = Before(_near[i], _near[best]) ? i : best;
                }
                var other = _near[best].Other;
                _near.RemoveAt(best);
                if (group.Count == 1 || group.TrueForAll(g => MayMeet(g, other)))
                {
                    group.Add(other);
                }
            }
            return group.ConvertAll(w => w.Entry);
        }

        private static bool Before((Waiting Other, double Worth, long Gap) a, (Waiting Other, double Worth, long Gap) b) =>
            a.Worth != b.Worth ? a.Worth > b.Worth
            : a.Gap != b.Gap ? a.Gap < b.Gap
            : a.Other.Entry.WaitingSince < b.Other.Entry.WaitingSince;

        /// <summary>Who waits beside an entry in its tier: nobody else's agent, none of another owner, only such as it has met as often as is rated, or somebody that it might meet.</summary>
        public Company Around(WaitingEntry entry)
        {
            var company = Company.Nobody;
            foreach (var other in _all)
            {
                if (other.Tier == entry.Tier && other.AgentId != entry.AgentId)
                {
                    var found = other.OwnerId == entry.OwnerId ? Company.SameOwner : _met[entry.AgentId, other.AgentId] >= _options.PairCapPerHour ? Company.Capped : Company.Free;
                    company = found > company ? found : company;
                    if (company == Company.Free)
                    {
                        break;
                    }
                }
            }
            return company;
        }

        private void Near(Waiting own, int reach)
        {
            var tier = _tiers[own.Entry.Tier];
            _near.Clear();
            foreach (var step in (int[])[-1, 1])
            {
                var left = reach;
                for (var at = tier.Beside(own.Place, step); left > 0 && at >= 0 && at < tier.Rated.Length; at = tier.Beside(at, step))
                {
                    var other = tier.Rated[at];
                    var gap = Math.Abs(other.Entry.MilliElo - own.Entry.MilliElo);
                    if (gap > tier.Widest)
                    {
                        break;
                    }
                    if (MayMeet(own, other))
                    {
                        _near.Add((other, Worth(own.Index, other.Index, _ladder.Fit), gap));
                        left--;
                    }
                }
            }
        }

        /// <summary>Whoever has waited longer decides about the gap: a newcomer may be met by somebody whose window is wide already.</summary>
        private bool MayMeet(Waiting a, Waiting b) =>
            a.Entry.OwnerId != b.Entry.OwnerId && a.Entry.AgentId != b.Entry.AgentId
            && Math.Abs(a.Entry.MilliElo - b.Entry.MilliElo) <= Math.Max(a.Window, b.Window)
            && (_met.None || _met[a.Entry.AgentId, b.Entry.AgentId] < _options.PairCapPerHour);

        private void Take(Waiting waiting)
        {
            waiting.Taken = true;
            _tiers[waiting.Entry.Tier].Leave(waiting.Place);
        }

        private sealed class Waiting(WaitingEntry entry, int index, long window)
        {
            public WaitingEntry Entry { get; } = entry;

            /// <summary>In the ladder.</summary>
            public int Index { get; } = index;

            public long Window { get; } = window;

            /// <summary>In the tier's order of ratings.</summary>
            public int Place { get; set; }

            public bool Taken { get; set; }
        }

        /// <summary>A tier in order of ratings; whoever leaves is passed over from then on.</summary>
        private sealed class Tier
        {
            private readonly int[] _before;
            private readonly int[] _after;
            private readonly Dictionary<Guid, Waiting> _byId;

            public Tier(Waiting[] rated, long widest)
            {
                (Rated, Widest) = (rated, widest);
                _before = [.. Enumerable.Range(-1, rated.Length)];
                _after = [.. Enumerable.Range(1, rated.Length)];
                for (var i = 0; i < rated.Length; i++)
                {
                    rated[i].Place = i;
                }
                _byId = rated.ToDictionary(r => r.Entry.Id);
            }

            public Waiting[] Rated { get; }

            public long Widest { get; }

            public Waiting Of(Guid id) => _byId[id];

            public int Beside(int place, int step) => step < 0 ? _before[place] : _after[place];

            public void Leave(int place)
            {
                var (before, after) = (_before[place], _after[place]);
                if (before >= 0)
                {
                    _after[before] = after;
                }
                if (after < Rated.Length)
                {
                    _before[after] = before;
                }
            }
        }
    }
}
