namespace Arena.Engine.Agents;

/// <summary>Where an agent's mind runs (DESIGN section 5).</summary>
public enum AgentKind
{
    House,
    Script,
    Policy,
    Chat,
    Bot,
}

/// <summary>What may be done with the preference pairs that an agent's matches make; its owner chooses.</summary>
public enum DataUse
{
    Private,
    Shared,
}

/// <summary>A competitor. It has immutable versions; ratings belong to versions.</summary>
public sealed class Agent
{
    private Agent()
    {
    }

    public Agent(AgentId id, Guid owner, string name, AgentKind kind, string about, DateTimeOffset now)
    {
        Id = id;
        OwnerId = owner;
        Name = name;
        NameKey = KeyOf(name);
        Kind = kind;
        About = about;
        CreatedAt = now;
    }

    public AgentId Id { get; private set; }

    public Guid OwnerId { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The name folded for uniqueness.</summary>
    public string NameKey { get; private set; } = "";

    public AgentKind Kind { get; private set; }

    public string About { get; private set; } = "";

    public DataUse DataUse { get; private set; } = DataUse.Shared;

    /// <summary>Under which licence the pairs are given to others, one of <see cref="Agents.PairLicence.Known"/>; its owner's choice.</summary>
    public string PairLicence { get; private set; } = Agents.PairLicence.None;

    /// <summary>Whether other owners' policies may train and be gated against this one; its owner's choice, off at first. Policies only.</summary>
    public bool SparringPartner { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>The version that enters matches now; null until the first is ready.</summary>
    public VersionId? CurrentVersionId { get; private set; }

    /// <summary>Names differ only when people would read them as different.</summary>
    public static string KeyOf(string name) => name.Trim().Normalize(System.Text.NormalizationForm.FormKC).ToUpperInvariant();

    public void Use(VersionId version) => CurrentVersionId = version;

    public void Describe(string about) => About = about;

    public void Permit(DataUse use) => DataUse = use;

    /// <exception cref="ArgumentException">No licence that is offered.</exception>
    public void License(string licence) => PairLicence = Agents.PairLicence.IsKnown(licence) ? licence : throw new ArgumentException("Not one of the licences offered.", nameof(licence));

    public void Spar(bool allowed) => SparringPartner = allowed;
}
