namespace Arena.Engine.Verdicts;

/// <summary>A pair of answers of which it is known which is better; judges meet it as they meet a match.</summary>
public sealed class GoldCase
{
    /// <summary>A pair of honest answers of different quality.</summary>
    public const string Quality = "quality";

    /// <summary>The worse answer attacks the judge or says nothing: whoever prefers it is compromised.</summary>
    public const string Canary = "canary";

    public required Guid Id { get; init; }

    public required string Space { get; init; }

    public required string Task { get; init; }

    public required string Better { get; init; }

    public required string Worse { get; init; }

    /// <summary><see cref="Quality"/> or <see cref="Canary"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Of the files that come with the site, so anybody can read it.</summary>
    public const string BuiltIn = "built-in";

    /// <summary>A canary made for one question; it is not in the table.</summary>
    public const string Drawn = "drawn";

    /// <summary><see cref="BuiltIn"/> or "admin".</summary>
    public required string Origin { get; init; }

    public bool Enabled { get; set; } = true;

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What a judge said of a gold case in both orders.</summary>
public sealed class GoldAnswer
{
    public required Guid Id { get; init; }

    public required Guid GoldId { get; init; }

    public required Guid JudgeId { get; init; }

    /// <summary>The judge's version that answered.</summary>
    public required string Version { get; init; }

    public required string Space { get; init; }

    public required string Kind { get; init; }

    /// <summary>Of a canary drawn for this judge: the attack of the suite that it carried, such as "instruction 3". Such answers silence a judge; they make no accuracy and no weight.</summary>
    public string? Attack { get; init; }

    /// <summary>With the better answer shown first: 1 = preferred it, -1 = the worse, 0 = a tie.</summary>
    public required int BetterFirst { get; init; }

    /// <summary>With the worse answer shown first.</summary>
    public required int WorseFirst { get; init; }

    /// <summary>Characters of the better answer less those of the worse.</summary>
    public required int LengthLead { get; init; }

    public required long LatencyMs { get; init; }

    public required long CostMicroUsd { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>1 = right in both orders, 0 = contradicted itself, -1 = wrong in both.</summary>
    public double Vote => (BetterFirst + WorseFirst) / 2.0;

    /// <summary>The family of an attack: its name without the number.</summary>
    public static string FamilyOf(string attack) => attack.LastIndexOf(' ') is > 0 and var at ? attack[..at] : attack;
}
