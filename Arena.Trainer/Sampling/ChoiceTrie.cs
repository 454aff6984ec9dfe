using System.Text;

namespace Arena.Trainer.Sampling;

/// <summary>The UTF-8 bytes of a list of texts, as a tree: a node is a beginning that at least one text has. Unchanging once made.</summary>
public sealed class ChoiceTrie : IAnswerState
{
    private readonly Dictionary<byte, IAnswerState> _children = [];

    /// <param name="choices">At least one, none empty.</param>
    public ChoiceTrie(IEnumerable<string> choices)
    {
        foreach (var choice in choices)
        {
            ArgumentException.ThrowIfNullOrEmpty(choice, nameof(choices));
            var node = this;
            foreach (var value in Encoding.UTF8.GetBytes(choice))
            {
                if (node._children.TryGetValue(value, out var known))
                {
                    node = (ChoiceTrie)known;
                }
                else
                {
                    var next = new ChoiceTrie();
                    node._children.Add(value, next);
                    node = next;
                }
            }
            node.IsWhole = true;
        }
    }

    private ChoiceTrie()
    {
    }

    public bool IsWhole { get; private set; }

    public IReadOnlyDictionary<byte, IAnswerState> Next => _children;
}
