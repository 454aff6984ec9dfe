using System.Text.Json.Nodes;

namespace Arena.Trainer.Chat;

/// <summary>How a conversation is written.</summary>
/// <param name="AddGenerationPrompt">Ends with the opening of an assistant's turn, for the model to go on.</param>
/// <param name="Tools">Tool descriptions in OpenAI's form, or null.</param>
/// <param name="Extra">Further variables of the template, such as enable_thinking.</param>
public sealed record ChatOptions(bool AddGenerationPrompt = true, JsonArray? Tools = null, JsonObject? Extra = null)
{
    /// <summary>For the model to answer.</summary>
    public static ChatOptions Answer { get; } = new();

    /// <summary>A whole conversation, for training.</summary>
    public static ChatOptions Whole { get; } = new(AddGenerationPrompt: false);
}

/// <summary>Ids with a mark on those that the assistant wrote.</summary>
/// <param name="Assistant">Same length as <paramref name="Ids"/>.</param>
public sealed record MaskedText(IReadOnlyList<int> Ids, IReadOnlyList<bool> Assistant);
