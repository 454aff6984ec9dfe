using System.ComponentModel.DataAnnotations;
using Arena.Chain.Keys;

namespace Arena.Web.Settlement;

/// <summary>The chain that results are settled on: section "Arena:Chain".</summary>
public sealed class ChainOptions : IValidatableObject
{
    public const string Section = "Arena:Chain";

    /// <summary>False settles nothing; matches wait for an epoch and the site says so.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>A node of another chain; empty runs the embedded development chain.</summary>
    public string RpcUrl { get; set; } = "";

    /// <summary>With <see cref="RpcUrl"/>: the vault's address.</summary>
    public string Vault { get; set; } = "";

    /// <summary>With <see cref="RpcUrl"/>: a file with the settler's secret key in hex, readable by this user only.</summary>
    public string SettlerKeyFile { get; set; } = "";

    /// <summary>Blocks on top of a block before it counts as final. Unset: 0 for the embedded chain, which makes a block only when something happens, and 3 elsewhere.</summary>
    [Range(0, 1_000)]
    public int? Confirmations { get; set; }

    /// <summary>Loopback port of the embedded chain; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; }

    /// <summary>Challenge window of the embedded chain's vault, whole seconds; fixed when the vault is deployed.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What a dispute costs there until it is decided, gwei.</summary>
    [Range(1, long.MaxValue)]
    public long BondGwei { get; set; } = 100_000_000;

    /// <summary>The contracts folder with its npm packages; found beside the site's own build when empty.</summary>
    public string ContractsFolder { get; set; } = "";

    /// <summary>For one call to the node.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    public bool IsEmbedded => RpcUrl.Length == 0;

    public int ConfirmationsOrDefault => Confirmations ?? (IsEmbedded ? 0 : 3);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Window < TimeSpan.FromSeconds(1))
        {
            yield return new("Arena:Chain:Window is at least one second.");
        }
        if (Enabled && !IsEmbedded)
        {
            if (!Uri.TryCreate(RpcUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                yield return new("Arena:Chain:RpcUrl is not an http or https address.");
            }
            if (!EthAddress.TryParse(Vault, out _))
            {
                yield return new("Arena:Chain:RpcUrl needs Arena:Chain:Vault, the vault's address (contracts/scripts/deploy.mjs deploys one).");
            }
            if (SettlerKeyFile.Length == 0)
            {
                yield return new("Arena:Chain:RpcUrl needs Arena:Chain:SettlerKeyFile, a file with the settler's secret key.");
            }
        }
    }
}
