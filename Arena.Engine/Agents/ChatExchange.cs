namespace Arena.Engine.Agents;

/// <summary>One message to a chat model.</summary>
/// <param name="Role">"system", "user" or "assistant".</param>
public sealed record ChatLine(string Role, string Content);

/// <summary>One question to a chat model.</summary>
/// <param name="MaxTokens">Most tokens of the answer; also what the spend cap reckons with.</param>
/// <param name="Seed">For servers that support reproducible sampling.</param>
/// <param name="JsonAnswer">Ask the server for a JSON object where it knows how.</param>
public sealed record ChatQuestion(string Model, IReadOnlyList<ChatLine> Lines, int MaxTokens, double Temperature, long? Seed = null, bool JsonAnswer = false)
{
    /// <summary>The only answers allowed, for servers that hold answers to a list (our trainer, vLLM); null = any.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Models that may think aloud before they answer are told not to, on servers that know how to tell them (our trainer, vLLM).</summary>
    public bool AtOnce { get; init; }

    /// <summary>The grammar that answers are held to, in our trainer's notation (docs/trainer.md); null = none.</summary>
    public string? Grammar { get; init; }
}

/// <summary>A question to a learned reward model: how good are these answers to one prompt?</summary>
public sealed record ScoreQuestion(string Model, string Prompt, IReadOnlyList<string> Answers);

/// <summary>What became of a question.</summary>
public abstract record ChatOutcome;

/// <param name="Scores">One for each answer, higher is better; a difference is the log-odds that the one is preferred to the other.</param>
/// <param name="Weights">SHA-256 of the weights that gave them, lower-case hex.</param>
/// <param name="Took">From sending to the last byte.</param>
public sealed record ScoreAnswer(IReadOnlyList<double> Scores, string Weights, TimeSpan Took) : ChatOutcome;

/// <param name="Text">The first choice's text.</param>
/// <param name="PromptTokens">As the server counted, or null where it does not say.</param>
/// <param name="AnswerTokens">As the server counted, or null.</param>
/// <param name="Model">The model that says it answered.</param>
/// <param name="Took">From sending to the last byte.</param>
public sealed record ChatAnswer(string Text, int? PromptTokens, int? AnswerTokens, string Model, TimeSpan Took) : ChatOutcome;

/// <summary>No usable answer. <paramref name="Detail"/> is for people: what happened and what to do; it never holds the key.</summary>
public sealed record ChatTrouble(ChatTroubleKind Kind, string Detail) : ChatOutcome;

/// <summary>Why there was no usable answer.</summary>
public enum ChatTroubleKind
{
    /// <summary>The address is refused or malformed; nothing was sent.</summary>
    BadAddress,

    /// <summary>No connection.</summary>
    Unreachable,

    /// <summary>Silence past the deadline.</summary>
    TimedOut,

    /// <summary>The key is missing or wrong (401, 403).</summary>
    Denied,

    /// <summary>No such model or path (404).</summary>
    NotFound,

    /// <summary>The server asks for fewer calls (429).</summary>
    TooMany,

    /// <summary>The server says the question is wrong (other 4xx).</summary>
    Refused,

    /// <summary>The server failed (5xx).</summary>
    ServerError,

    /// <summary>A web page or other text where JSON was due.</summary>
    NotJson,

    /// <summary>The answer stopped half way.</summary>
    CutShort,

    /// <summary>JSON, but not a chat completion.</summary>
    WrongShape,

    /// <summary>More bytes than allowed.</summary>
    TooLarge,
}

/// <summary>What may be said of a trouble in public: transcripts are public, an owner's endpoint and what it wrote are not.</summary>
public static class ChatTroubleWords
{
    public static string Public(this ChatTrouble trouble) => trouble.Kind switch
    {
        ChatTroubleKind.BadAddress => "The agent's endpoint address is not one that this site calls.",
        ChatTroubleKind.Unreachable => "The agent's endpoint can't be reached.",
        ChatTroubleKind.TimedOut => "The agent's endpoint did not answer in time.",
        ChatTroubleKind.Denied => "The agent's endpoint refused its key.",
        ChatTroubleKind.NotFound => "The agent's endpoint knows no such address or model (HTTP 404).",
        ChatTroubleKind.TooMany => "The agent's endpoint asks for fewer calls (HTTP 429).",
        ChatTroubleKind.Refused => "The agent's endpoint refused the question.",
        ChatTroubleKind.ServerError => "The agent's endpoint failed with a server error.",
        ChatTroubleKind.NotJson => "The agent's endpoint answered with a web page or text instead of JSON.",
        ChatTroubleKind.CutShort => "The agent's endpoint sent half an answer.",
        ChatTroubleKind.WrongShape => "The agent's endpoint answered with JSON that is no chat completion.",
        ChatTroubleKind.TooLarge => "The agent's endpoint sent too large an answer.",
        _ => "The agent's endpoint gave no usable answer.",
    };
}
