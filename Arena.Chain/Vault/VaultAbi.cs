using Arena.Chain.Contracts;

namespace Arena.Chain.Vault;

/// <summary>The vault's functions, events and errors, as contracts/src/ArenaVault.sol declares them (a test compares with the artifact's ABI).</summary>
internal static class VaultAbi
{
    public const string Constructor = "address,address,address,uint64,uint128";

    public static readonly FunctionAbi Deposit = new("deposit()");
    public static readonly FunctionAbi DepositFor = new("depositFor(address)");
    public static readonly FunctionAbi ProposeEpoch = new("proposeEpoch(uint64,bytes32,bytes32,uint128,string)");
    public static readonly FunctionAbi Dispute = new("dispute(uint64,string)", "uint256");
    public static readonly FunctionAbi Resolve = new("resolve(uint64,uint256,bool)");
    public static readonly FunctionAbi ReturnBond = new("returnBond(uint64,uint256)");
    public static readonly FunctionAbi Finalize = new("finalize(uint64)");
    public static readonly FunctionAbi Claim = new("claim(address,uint128,(bytes32,uint128,bool)[])");
    public static readonly FunctionAbi Epochs = new("epochs(uint64)", "bytes32,bytes32,uint128,uint64,uint32,uint24,uint8");
    public static readonly FunctionAbi LastFinalized = new("lastFinalized()", "uint64");
    public static readonly FunctionAbi Settler = new("settler()", "address");
    public static readonly FunctionAbi Arbiter = new("arbiter()", "address");
    public static readonly FunctionAbi Guardian = new("guardian()", "address");
    public static readonly FunctionAbi Window = new("window()", "uint64");
    public static readonly FunctionAbi Bond = new("bond()", "uint128");
    public static readonly FunctionAbi Pool = new("pool()", "uint128");
    public static readonly FunctionAbi PayoutTotal = new("payoutTotal()", "uint128");
    public static readonly FunctionAbi ClaimedTotal = new("claimedTotal()", "uint128");
    public static readonly FunctionAbi Claimed = new("claimed(address)", "uint128");
    public static readonly FunctionAbi Paused = new("paused()", "bool");

    public static readonly EventAbi DepositedEvent = new("Deposited(address indexed account,address indexed from,uint128 amount)");
    public static readonly EventAbi EpochProposedEvent =
        new("EpochProposed(uint64 indexed n,bytes32 resultRoot,bytes32 payoutRoot,uint128 payoutTotal,uint64 deadline,uint32 attempt,string uri)");
    public static readonly EventAbi ClaimedEvent = new("Claimed(address indexed account,address indexed by,uint128 amount,uint128 cumulative)");

    public static readonly ContractErrors Errors = new(
        "NotAllowed()", "BadRoles()", "BadAmount()", "BadEpoch()", "BadRoot()", "BadTotal()", "Window()", "Disputed()", "NothingToClaim()",
        "BadProof()", "NothingOwed()", "TransferFailed()", "EnforcedPause()", "ExpectedPause()", "ReentrancyGuardReentrantCall()");
}
