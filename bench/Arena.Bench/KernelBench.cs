using System.Numerics;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Breakthrough;
using Arena.Rules.Spaces.Chess;
using Arena.Rules.Spaces.ConnectFour;
using Arena.Rules.Spaces.Countdown;
using Arena.Rules.Spaces.Holdem;
using Arena.Rules.Spaces.KuhnPoker;
using Arena.Rules.Spaces.LeducPoker;
using Arena.Rules.Spaces.LiarsDice;
using Arena.Rules.Spaces.TicTacToe;
using Arena.Rules.Spaces.TradeWars;

namespace Arena.Bench;

/// <summary>
/// Whole games a second on one core, random legal moves, results read, choice and random numbers included. "random" is the bare
/// board; "transcript" is the full match machine with observations, canonical transcript and hash chain; "transcript-keccak" takes the transcript's
/// keccak-256 too, as the site does when it closes a match.
/// </summary>
internal static class KernelBench
{
    private const int Batch = 256;

    private static readonly ChessBoard Opening = ChessFen.Parse(ChessFen.Opening);
    private static readonly ChessBoard Kiwipete = ChessFen.Parse("r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1");

    private static ulong _state = 1;

    // Results go here so that no game can be optimised away.
    private static long _sink;

    public static int Run(bool full)
    {
        BenchLine Games(string name, Func<long> work) => Rounds.Rate("kernel", name, "games/s", full, work);
        Rounds.Print(
        [
            Games("connect-four/random", ConnectFour),
            Games("connect-four/transcript", () => ConnectFourTranscript(keccak: false)),
            Games("connect-four/transcript-keccak", () => ConnectFourTranscript(keccak: true)),
            Games("tic-tac-toe/random", TicTacToe),
            Games("countdown/random", Countdown),
            Games("leduc-poker/random", Leduc),
            Games("kuhn-poker/random", Kuhn),
            Games("holdem/random", Holdem),
            Games("liars-dice/random", LiarsDice),
            Games("instruct/random", Instruct),
            Games("tradewars/random", TradeWars),
            Games("code-duel/random", () => CodeDuel("random", "random")),
            Games("code-duel/strong", () => CodeDuel("student", "reference")),
            Games("code-duel/endless", () => CodeDuel(null, null)),
            Games("breakthrough/random", Breakthrough),
            Games("bid-tac-toe/random", BidTacToe),
            Games("chess/random", Chess),
            Rounds.Rate("kernel", "chess/perft", "nodes/s", full, () => Perft(4, bulk: true)),
            Rounds.Rate("kernel", "chess/perft-each-leaf", "nodes/s", full, () => Perft(4, bulk: false)),
        ]);
        return 0;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014), reduced by multiplication; its bias below 2^-58 is of no matter here.</summary>
    private static int Below(int bound)
    {
        var word = _state += 0x9E3779B97F4A7C15;
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9;
        word = (word ^ word >> 27) * 0x94D049BB133111EB;
        return (int)Math.BigMul(word ^ word >> 31, (ulong)bound, out _);
    }

    private static long ConnectFour()
    {
        for (var game = 0; game < Batch; game++)
        {
            var board = default(ConnectFourBoard);
            do
            {
                int column;
                do
                {
                    column = Below(7);
                }
                while (!board.CanPlay(column));
                board = board.Play(column);
            }
            while (!board.Over);
            _sink += board.LastMoverWon ? board.ToMove : 2;
        }
        return Batch;
    }

    private static long TicTacToe()
    {
        for (var game = 0; game < Batch; game++)
        {
            var board = default(TicTacToeBoard);
            do
            {
                var free = board.Free;
                for (var skip = Below(BitOperations.PopCount((uint)free)); skip > 0; skip--)
                {
                    free &= free - 1;
                }
                board = board.Play(BitOperations.TrailingZeroCount(free));
            }
            while (!board.Over);
            _sink += board.Winner;
        }
        return Batch;
    }

    /// <summary>One hand a game, as OpenSpiel counts.</summary>
    private static long Leduc()
    {
        for (var game = 0; game < Batch; game++)
        {
            int first = Below(6), second = Below(5), board = Below(4);
            second += second >= first ? 1 : 0;
            var (low, high) = first < second ? (first, second) : (second, first);
            board += board >= low ? 1 : 0;
            board += board >= high ? 1 : 0;
            var hand = new LeducHand(first, second, board, 0);
            for (int choices; (choices = LeducBetting.Choices(hand.Number)) > 0;)
            {
                hand = hand.Play(Below(choices));
            }
            _sink += hand.Won;
        }
        return Batch;
    }

    /// <summary>One hand a game.</summary>
    private static long Kuhn()
    {
        for (var game = 0; game < Batch; game++)
        {
            int first = Below(3), second = Below(2);
            var hand = new KuhnHand(first, second < first ? second : second + 1, "");
            while (!hand.Over)
            {
                hand = hand with { Actions = hand.Actions + KuhnStrategy.Choices(hand.Actions)[Below(2)] };
            }
            _sink += hand.Shown ? hand.First - hand.Second : hand.Actions.Length;
        }
        return Batch;
    }

    /// <summary>One hand a game; a quarter of the actions fold where they can, a quarter raise.</summary>
    private static long Holdem()
    {
        Span<int> cards = stackalloc int[9];
        for (var game = 0; game < Batch; game++)
        {
            ulong used = 0;
            for (var i = 0; i < cards.Length;)
            {
                var card = Below(52);
                if ((used & 1UL << card) == 0)
                {
                    used |= 1UL << card;
                    cards[i++] = card;
                }
            }
            var table = HoldemTable.Deal(HoldemStakes.Usual);
            while (!table.Over)
            {
                var options = table.Options();
                table = Below(4) switch
                {
                    0 when options.MayRaise => table.Raise(options.MinRaise + Below(1 + options.MaxRaise - options.MinRaise)),
                    1 when options.MayFold => table.Fold(),
                    _ => table.Call(),
                };
            }
            var board = HoldemHand.Mask(cards[4..]);
            _sink += table.Won(table.Folder >= 0 ? 0 : Math.Sign(HoldemHand.Value(HoldemHand.Mask(cards[..2]) | board) - HoldemHand.Value(HoldemHand.Mask(cards[2..4]) | board)));
        }
        return Batch;
    }

    /// <summary>Two seats, from five dice each to the end.</summary>
    private static long LiarsDice()
    {
        for (var game = 0; game < 32; game++)
        {
            var state = (LiarsDiceState)SpaceRegistry.Find("liars-dice")!.Start(new Draws(Seed(), "deal/0"), 2);
            while (!state.Over)
            {
                // All higher bids and the challenge, each with the same chance.
                var (count, face) = state.Bid is { } bid ? (bid.Count, bid.Face) : (0, 6);
                var higher = 5 * (state.Total - count) + 6 - face;
                var pick = Below(higher + (state.Bid is null ? 0 : 1));
                var place = 5 * count + face - 1 + pick;
                state = pick == higher ? state.Challenge() : state.Raise(new DiceBid(place / 5, 2 + place % 5));
            }
            _sink += state.Places[0];
        }
        return 32;
    }

    /// <summary>A drawn prompt, two answers of the agent that heeds nothing, and all their constraints checked.</summary>
    private static long Instruct()
    {
        var rules = SpaceRegistry.Find("instruct")!;
        for (var game = 0; game < 32; game++)
        {
            var state = rules.Start(new Draws(Seed(), "deal/0"), 2);
            var answers = Enumerable.Range(0, 2).ToDictionary(seat => seat, seat => rules.Read(state, seat, rules.House[0].Act(rules, state, seat, new Draws(Seed(), "house"))).Canonical!);
            _sink += rules.Outcome(rules.Apply(state, answers))![0];
        }
        return 32;
    }

    /// <summary>A drawn task with its hidden tests, and the answers of two house agents run against them; null is an agent whose code never ends: the most that a match can cost.</summary>
    private static long CodeDuel(params string?[] house)
    {
        var rules = SpaceRegistry.Find("code-duel")!;
        const string endless = "for (let i = 0;;) i += [i].map((x) => x + 1).length;";
        for (var game = 0; game < 4; game++)
        {
            var state = rules.Start(new Draws(Seed(), "deal/0"), 2);
            var answers = Enumerable.Range(0, 2).ToDictionary(seat => seat, seat => house[seat] is { } slug
                ? rules.Read(state, seat, rules.House.Single(h => h.Slug == slug).Act(rules, state, seat, new Draws(Seed(), "house"))).Canonical!
                : $"function {(string)rules.Observe(state, seat).Json["function"]!}() {{ {endless} }} // {seat}");
            _sink += rules.Outcome(rules.Apply(state, answers))![0];
        }
        return 4;
    }

    /// <summary>Five seats, sixteen rounds; orders within the limits, each with the same chance.</summary>
    private static long TradeWars()
    {
        var rules = SpaceRegistry.Find("tradewars")!;
        var actions = new Dictionary<int, string>();
        for (var game = 0; game < 32; game++)
        {
            var state = rules.Start(new Draws(Seed(), "deal/0"), 5);
            for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state))
            {
                actions.Clear();
                foreach (var seat in seats)
                {
                    var units = Below(2 * TradeWarsRules.Limit + 1) - TradeWarsRules.Limit - ((TradeWarsState)state).Books[seat].Position;
                    actions[seat] = units == 0 ? "hold" : units > 0 ? $"buy {units}" : $"sell {-units}";
                }
                state = rules.Apply(state, actions);
            }
            _sink += rules.Outcome(state)![0];
        }
        return 32;
    }

    private static long Breakthrough()
    {
        for (var game = 0; game < Batch; game++)
        {
            var board = BreakthroughBoard.Opening;
            while (board.Winner < 0)
            {
                var (ahead, left, right) = board.Targets();
                int aheads = BitOperations.PopCount(ahead), lefts = BitOperations.PopCount(left);
                var pick = Below(aheads + lefts + BitOperations.PopCount(right));
                var (targets, back) = pick < aheads ? (ahead, 8) : (pick -= aheads) < lefts ? (left, 7) : (right, 9);
                for (pick -= targets == right && back == 9 ? lefts : 0; pick > 0; pick--)
                {
                    targets &= targets - 1;
                }
                var to = BitOperations.TrailingZeroCount(targets);
                back = board.ToMove == 0 ? back : back == 8 ? -8 : back == 7 ? -9 : -7;
                board = board.Play(new BreakthroughMove(to - back, to));
            }
            _sink += board.Winner;
        }
        return Batch;
    }

    /// <summary>Through the general interface, lists of legal answers included.</summary>
    private static long BidTacToe()
    {
        var rules = SpaceRegistry.Find("bid-tac-toe")!;
        var actions = new Dictionary<int, string>(2);
        for (var game = 0; game < Batch; game++)
        {
            var state = rules.Start(new Draws(Seed(), "deal/0"), 2);
            for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state))
            {
                actions.Clear();
                foreach (var seat in seats)
                {
                    var legal = rules.Observe(state, seat).Legal!;
                    actions[seat] = legal[Below(legal.Count)];
                }
                state = rules.Apply(state, actions);
            }
            _sink += rules.Outcome(state)![0];
        }
        return Batch;
    }

    private static long Chess()
    {
        Span<ChessMove> moves = stackalloc ChessMove[ChessMoves.Most];
        Span<ulong> keys = stackalloc ulong[128];
        for (var game = 0; game < 16; game++)
        {
            var board = Opening;
            while (true)
            {
                var count = ChessMoves.List(board, moves);
                keys[board.Clock] = board.Key;
                if (count == 0 || board.Clock >= 100 || ChessState.NobodyCanMate(board) || keys[..board.Clock].Count(board.Key) >= 2)
                {
                    break;
                }
                board = board.Play(moves[Below(count)]);
            }
            _sink += (long)board.Key;
        }
        return 16;
    }

    /// <summary>Kiwipete and the opening position, both checked against the published numbers.</summary>
    private static long Perft(int depth, bool bulk)
    {
        var (first, second) = (ChessMoves.Perft(Opening, depth, bulk), ChessMoves.Perft(Kiwipete, depth, bulk));
        return (first, second) == (197_281, 4_085_603) ? first + second : throw new InvalidOperationException($"perft gave {first} and {second}");
    }

    /// <summary>Deal, one random sum or product of two of the numbers for each of two seats, read, apply, score.</summary>
    private static long Countdown()
    {
        var rules = SpaceRegistry.Find("countdown")!;
        for (var game = 0; game < Batch; game++)
        {
            var state = rules.Start(new Draws(Seed(), "deal/0"), 2);
            var numbers = ((CountdownState)state).Numbers;
            var actions = new Dictionary<int, string>(2);
            for (var seat = 0; seat < 2; seat++)
            {
                var first = Below(6);
                var second = (first + 1 + Below(5)) % 6;
                actions[seat] = rules.Read(state, seat, $"{numbers[first]} {"+*"[Below(2)]} {numbers[second]}").Canonical!;
            }
            _sink += rules.Outcome(rules.Apply(state, actions))![0];
        }
        return Batch;
    }

    private static long ConnectFourTranscript(bool keccak)
    {
        var rules = SpaceRegistry.Find("connect-four")!;
        Player[] players = [new(Guid.Empty, new string('a', 64)), new(Guid.AllBitsSet, new string('b', 64))];
        var games = 0;
        while (games < Batch)
        {
            var play = new MatchPlay(new MatchSetup(Guid.Empty, rules, Seed(), "casual", players));
            while (!play.Over)
            {
                var turn = play.Pending[0];
                var legal = turn.Observation.Legal!;
                play.Answer(turn.Turn, AgentReply.Said(legal[Below(legal.Count)]));
            }
            var match = play.Finish();
            _sink += match.Transcript.Length + match.Scores![0] + (keccak ? match.Hash[0] : 0);
            games += match.Games.Count;
        }
        return games;
    }

    private static byte[] Seed()
    {
        var seed = new byte[32];
        BitConverter.TryWriteBytes(seed, Below(int.MaxValue));
        return seed;
    }
}
