using System.Text;
using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Sampling;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Serving;

/// <summary>A policy ready to continue texts.</summary>
/// <param name="Name">As requests name it.</param>
/// <param name="Model">The weights that its answers share a batch over.</param>
/// <param name="Adapter">Over the model's weights, or null where it has none or is merged.</param>
/// <param name="Format">Its tokenizer and how it reads chats.</param>
/// <param name="EndIds">Tokens that end an answer; the first is the one that a guided answer ends with.</param>
/// <param name="Fingerprint">Changes with the weights: the beginning of their SHA-256.</param>
public sealed record ServedPolicy(string Name, LaneModel Model, LoraAdapter? Adapter, ChatFormat Format, IReadOnlyList<int> EndIds, string Fingerprint)
{
    private readonly Lazy<TokenBytes> _bytes = new(() => new TokenBytes(Enumerable.Range(0, Format.Tokenizer.VocabSize).Select(id => Format.Tokenizer.IsSpecial(id) ? [] : Format.Tokenizer.Bytes(id))));

    /// <summary>SHA-256 of the weights where adapters may stand over them; null for a policy that is an adapter itself.</summary>
    public string? BaseHash { get; init; }

    public ModelConfig Config => Model.Decoder.Config;

    /// <summary>What each token stands for.</summary>
    public TokenBytes TokenBytes => _bytes.Value;

    public Tokenizer Tokenizer => Format.Tokenizer;

    /// <summary>A token as a person reads it; a part of a character is U+FFFD.</summary>
    public string Text(int id) => Tokenizer.IsSpecial(id) ? Tokenizer.Text(id) : Encoding.UTF8.GetString(Tokenizer.Bytes(id));
}

/// <summary>Keeps a policy in memory for as long as somebody uses it.</summary>
public sealed class PolicyLease : IDisposable
{
    private Action? _giveBack;

    internal PolicyLease(ServedPolicy served, Action giveBack) => (Served, _giveBack) = (served, giveBack);

    public ServedPolicy Served { get; }

    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
