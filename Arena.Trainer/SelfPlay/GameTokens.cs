using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.SelfPlay;

/// <summary>Which token stands for which move of a game.</summary>
public sealed class GameTokens
{
    private readonly int[] _choiceOfToken;
    private readonly int[] _tokenOfChoice;

    public GameTokens(IBoardGame game, Tokenizer tokenizer)
    {
        Prefix = tokenizer.Encode(game.Slug + ":");
        _tokenOfChoice = [.. Enumerable.Range(1, game.Choices).Select(c => tokenizer.Id(c.ToString()))];
        _choiceOfToken = [.. Enumerable.Repeat(-1, tokenizer.VocabSize)];
        for (var choice = 0; choice < game.Choices; choice++)
        {
            _choiceOfToken[_tokenOfChoice[choice]] = choice;
        }
    }

    /// <summary>The tokens of "slug:".</summary>
    public IReadOnlyList<int> Prefix { get; }

    public int Token(int choice) => _tokenOfChoice[choice];

    /// <summary>The move that a token stands for, or -1.</summary>
    public int Choice(int token) => token < _choiceOfToken.Length ? _choiceOfToken[token] : -1;
}
