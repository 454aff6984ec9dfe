namespace Arena.Trainer.Sampling;

/// <summary>What may follow a beginning of an answer, byte by byte. From every state an answer can be finished: dead ends are no states.</summary>
public interface IAnswerState
{
    /// <summary>The bytes so far are an answer.</summary>
    bool IsWhole { get; }

    /// <summary>The bytes that may come next; empty only where the answer is whole.</summary>
    IReadOnlyDictionary<byte, IAnswerState> Next { get; }
}

/// <summary>
/// Holds one answer to a list of texts (<see cref="ChoiceTrie"/>) or to a grammar (<see cref="AnswerGrammar"/>). A token is allowed when its bytes lead on
/// towards an answer, whatever way the tokenizer cuts; the end is allowed where an answer is whole. Each token is drawn from the policy's own
/// distribution over the allowed ones: for answers of one token that is the policy's distribution given that it answers so; for longer ones
/// it is so token by token, which is not the same as drawing whole answers until one is right. Belongs to one row.
/// </summary>
/// <param name="start">Where answers begin; rows may share it.</param>
public sealed class AnswerGuide(IAnswerState start, TokenBytes tokens, int endId)
{
    private readonly Dictionary<IAnswerState, bool> _finishes = [];
    private IAnswerState _at = start;

    /// <summary>The text is an answer and none goes on from it.</summary>
    public bool IsComplete => _at.IsWhole && _at.Next.Count == 0;

    /// <summary>Tokens that may come next, in order of id; none when the answer is complete.</summary>
    /// <exception cref="TrainerException">The vocabulary can't write any answer from here.</exception>
    public IReadOnlyList<int> Allowed()
    {
        if (IsComplete)
        {
            return [];
        }
        var allowed = new List<int>();
        foreach (var first in _at.Next.Keys)
        {
            foreach (var id in tokens.StartingWith(first))
            {
                if (id != endId && Walk(_at, tokens.Of(id)) is { } next && CanFinish(next))
                {
                    allowed.Add(id);
                }
            }
        }
        if (_at.IsWhole)
        {
            allowed.Add(endId);
        }
        if (allowed.Count == 0)
        {
            throw new TrainerException("The model's vocabulary can't write any of the choices.");
        }
        allowed.Sort();
        return allowed;
    }

    public void Advance(int id) => _at = Walk(_at, tokens.Of(id)) ?? throw new ArgumentException($"Token {id} was not allowed.", nameof(id));

    /// <summary>The state after more bytes, or null when no answer goes on like that.</summary>
    private static IAnswerState? Walk(IAnswerState state, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (!state.Next.TryGetValue(value, out var next))
            {
                return null;
            }
            state = next;
        }
        return state;
    }

    /// <summary>
    /// Whether tokens exist that write an answer from here to its end; a vocabulary may lack single characters. A grammar's is asked for before
    /// (<see cref="AnswerGrammar.Problem"/>), since it has too many ways to try.
    /// </summary>
    private bool CanFinish(IAnswerState state)
    {
        if (state.IsWhole || state is not ChoiceTrie)
        {
            return true;
        }
        if (_finishes.TryGetValue(state, out var known))
        {
            return known;
        }
        return _finishes[state] = state.Next.Keys.Any(first => tokens.StartingWith(first).Any(id => id != endId && Walk(state, tokens.Of(id)) is { } next && CanFinish(next)));
    }
}
