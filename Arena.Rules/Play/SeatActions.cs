using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Arena.Rules.Play;

/// <summary>The actions of one ply by seat: a row of as many places as seats, used again for every ply, where a dictionary would hash and clear.</summary>
internal sealed class SeatActions(int seats) : IReadOnlyDictionary<int, string>
{
    private readonly string?[] _actions = new string?[seats];

    public int Count => _actions.Count(a => a is not null);

    public IEnumerable<int> Keys => this.Select(a => a.Key);

    public IEnumerable<string> Values => this.Select(a => a.Value);

    public string this[int key]
    {
        get => TryGetValue(key, out var action) ? action : throw new KeyNotFoundException($"Seat {key} did not act.");
        set => _actions[key] = value;
    }

    public void Clear() => Array.Clear(_actions);

    public bool ContainsKey(int key) => TryGetValue(key, out _);

    public bool TryGetValue(int key, [MaybeNullWhen(false)] out string value)
    {
        value = (uint)key < (uint)_actions.Length ? _actions[key] : null;
        return value is not null;
    }

    public IEnumerator<KeyValuePair<int, string>> GetEnumerator()
    {
        for (var seat = 0; seat < _actions.Length; seat++)
        {
            if (_actions[seat] is { } action)
            {
                yield return new(seat, action);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
