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
            var near = Near(own, Reach * (maxSeats - 1));
            near.Sort((a, b) => a.Worth != b.Worth ? b.Worth.CompareTo(a.Worth)
                : a.Gap != b.Gap ? a.Gap.CompareTo(b.Gap)
                : a.Other.Entry.WaitingSince.CompareTo(b.Other.Entry.WaitingSince));
            var group = new List<Waiting> { own };
            foreach (var (other, _, _) in near)
            {
                if (group.Count == maxSeats)
                {
                    break;
                }
                if (group.TrueForAll(g => MayMeet(g, other)))
                {
                    group.Add(other);
                }
            }
            return group.ConvertAll(w => w.Entry);
        }

        /// <returns>Others of its tier by other agents, those of other owners, and those of them whom it has met as often as is rated.</returns>
        public (int Others, int Strangers, int Capped) Around(WaitingEntry entry)
        {
            var (others, strangers, capped) = (0, 0, 0);
            foreach (var other in _all)
            {
                if (other.Tier == entry.Tier && other.AgentId != entry.AgentId)
                {
                    others++;
                    strangers += other.OwnerId != entry.OwnerId ? 1 : 0;
                    capped += !_met.None && other.OwnerId != entry.OwnerId && _met[entry.AgentId, other.AgentId] >= _options.PairCapPerHour ? 1 : 0;
                }
            }
            return (others, strangers, capped);
        }

        private List<(Waiting Other, double Worth, long Gap)> Near(Waiting own, int reach)
        {
            var tier = _tiers[own.Entry.Tier];
            var found = new List<(Waiting, double, long)>(2 * reach);
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
                        found.Add((other, Worth(own.Index, other.Index, _ladder.Fit), gap));
                        left--;
                    }
                }
            }
            return found;
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
