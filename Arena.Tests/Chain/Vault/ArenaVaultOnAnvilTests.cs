using System.Buffers.Binary;
using System.Numerics;
using Arena.Chain.DevChain;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Vault;
using Arena.Rules.Hashing;
using Arena.Rules.Merkle;
using Arena.Tests.Chain.DevChain;

namespace Arena.Tests.Chain.Vault;

/// <summary>The whole way over a real chain: deploy, deposit, propose, wait, finalize, claim with the kernel's trees.</summary>
public sealed class ArenaVaultOnAnvilTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private static readonly byte[] Results = Keccak256.Hash("results"u8);

    private sealed record Stage(AnvilDevChain Chain, ArenaVault Vault, EthECKey Settler, EthECKey Arbiter) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Chain.DisposeAsync();
    }

    private static async Task<Stage> DeployAsync()
    {
        var chain = await Anvil.StartAsync();
        var (settler, arbiter) = (await chain.RichKeyAsync(), await chain.RichKeyAsync());
        var terms = new VaultTerms(settler.GetPublicAddress(), arbiter.GetPublicAddress(), EthECKey.GenerateKey().GetPublicAddress(), Window, Anvil.Ether);
        var receipt = await chain.SendAsync(settler, null, ArenaVault.Creation(terms));
        Assert.True(receipt.Succeeded);
        var vault = new ArenaVault(chain.Eth, receipt.ContractAddress!);
        Assert.Equal(terms, await vault.TermsAsync(default));
        return new(chain, vault, settler, arbiter);
    }

    private static SumNode Leaf(EthAddress vault, EthAddress account, UInt128 wei)
    {
        var encoded = new byte[128];
        BinaryPrimitives.WriteInt64BigEndian(encoded.AsSpan(24), DevKeys.ChainId);
        vault.ToBytes().CopyTo(encoded, 44);
        account.ToBytes().CopyTo(encoded, 76);
        BinaryPrimitives.WriteUInt128BigEndian(encoded.AsSpan(112), wei);
        return new(Keccak256.Hash(Keccak256.Hash(encoded)), wei);
    }

    private static IEnumerable<VaultProofStep> Proof(SumTree tree, SumNode leaf) =>
        tree.Proof(leaf.Hash).Select(s => new VaultProofStep(s.Sibling.Hash, s.Sibling.Sum, s.SiblingIsLeft));

    [Fact]
    public async Task MoneyComesInIsSettledAndIsClaimedOnce()
    {
        await using var stage = await DeployAsync();
        var (chain, vault, settler, _) = stage;
        var stranger = await chain.RichKeyAsync();
        var accounts = Enumerable.Range(0, 11).Select(_ => EthECKey.GenerateKey().GetPublicAddress()).ToList();

        var paid = await chain.SendAsync(stranger, vault.Address, ArenaVault.DepositFor(accounts[0]), 66 * Anvil.Ether);
        var deposit = Assert.Single(await vault.DepositsAsync(0, paid.BlockNumber, default));
        Assert.Equal((accounts[0], stranger.GetPublicAddress(), 66 * Anvil.Ether, paid.BlockHash), (deposit.Account, deposit.From, deposit.AmountWei, deposit.BlockHash));
        Assert.Equal("BadAmount", await chain.RefusalAsync(stranger, vault.Address, ArenaVault.DepositFor(accounts[0]), 1));

        var leaves = accounts.Select((a, i) => Leaf(vault.Address, a, (UInt128)((i + 1) * Anvil.Ether))).ToList();
        var tree = new SumTree(leaves);
        var propose = ArenaVault.ProposeEpoch(1, Results, tree.Root, tree.Total, "/api/v1/epochs/1");
        Assert.Equal("NotAllowed", await chain.RefusalAsync(stranger, vault.Address, propose));
        Assert.Equal("BadTotal", await chain.RefusalAsync(settler, vault.Address, ArenaVault.ProposeEpoch(1, Results, tree.Root, tree.Total + 1, "")));
        var sent = await chain.SignAsync(settler, vault.Address, propose);
        await chain.Eth.SendRawTransactionAsync(sent.Raw, default);
        await chain.MinedAsync(sent.Hash);
        await Assert.ThrowsAsync<RpcException>(() => chain.Eth.SendRawTransactionAsync(sent.Raw, default));
        Assert.Equal("BadEpoch", await chain.RefusalAsync(settler, vault.Address, propose));
        var proposed = Assert.Single(await vault.ProposalsAsync(0, await chain.Eth.BlockNumberAsync(default), default));
        Assert.Equal((1L, "/api/v1/epochs/1", sent.Hash), (proposed.Number, proposed.Uri, proposed.TransactionHash));
        Assert.Equal(Results, (await vault.EpochAsync(1, null, default)).ResultRoot);

        Assert.Equal("Window", await chain.RefusalAsync(stranger, vault.Address, ArenaVault.Finalize(1)));
        await chain.Node.IncreaseTimeAsync(Window, default);
        await chain.SendAsync(stranger, vault.Address, ArenaVault.Finalize(1));
        Assert.Equal(1, await vault.LastFinalizedAsync(null, default));

        foreach (var (account, leaf) in accounts.Zip(leaves))
        {
            var claim = ArenaVault.Claim(account, leaf.Sum, Proof(tree, leaf));
            await chain.SendAsync(stranger, vault.Address, claim);
            Assert.Equal((BigInteger)leaf.Sum, await chain.Eth.GetBalanceAsync(account, default));
            Assert.Equal("NothingToClaim", await chain.RefusalAsync(stranger, vault.Address, claim));
        }
        Assert.Equal("BadProof", await chain.RefusalAsync(stranger, vault.Address, ArenaVault.Claim(accounts[0], 2 * Anvil.Ether, Proof(tree, leaves[0]))));
        Assert.Equal(11, (await vault.ClaimsAsync(0, await chain.Eth.BlockNumberAsync(default), default)).Count);
        Assert.Equal(BigInteger.Zero, await vault.PoolAsync(default));
        Assert.Equal(await vault.PayoutTotalAsync(default), await vault.ClaimedTotalAsync(default));
    }

    [Fact]
    public async Task AnUpheldDisputeBringsAProposalDownAndItCanBeProposedAgain()
    {
        await using var stage = await DeployAsync();
        var (chain, vault, settler, arbiter) = stage;
        var watcher = await chain.RichKeyAsync();
        var none = new byte[32];
        await chain.SendAsync(settler, vault.Address, ArenaVault.ProposeEpoch(1, none, none, 0, ""));
        await chain.SendAsync(watcher, vault.Address, ArenaVault.Dispute(1, "the root is wrong"), Anvil.Ether);
        await chain.Node.IncreaseTimeAsync(Window, default);
        Assert.Equal("Disputed", await chain.RefusalAsync(watcher, vault.Address, ArenaVault.Finalize(1)));
        Assert.Equal("NotAllowed", await chain.RefusalAsync(watcher, vault.Address, ArenaVault.Resolve(1, 0, true)));
        await chain.SendAsync(arbiter, vault.Address, ArenaVault.Resolve(1, 0, true));
        Assert.Equal(VaultEpochStatus.Rejected, (await vault.EpochAsync(1, null, default)).Status);
        await chain.SendAsync(watcher, vault.Address, ArenaVault.ReturnBond(1, 0));
        await chain.SendAsync(settler, vault.Address, ArenaVault.ProposeEpoch(1, Results, none, 0, ""));
        await chain.Node.IncreaseTimeAsync(Window, default);
        await chain.SendAsync(watcher, vault.Address, ArenaVault.Finalize(1));
        var epoch = await vault.EpochAsync(1, null, default);
        Assert.Equal((VaultEpochStatus.Finalized, 2L), (epoch.Status, epoch.Attempt));
        Assert.Equal(Results, epoch.ResultRoot);
    }

    [Fact]
    public async Task AnOldBlockStillTellsWhatItKnew()
    {
        await using var stage = await DeployAsync();
        var (chain, vault, settler, _) = stage;
        var before = await chain.Eth.BlockNumberAsync(default);
        await chain.SendAsync(settler, vault.Address, ArenaVault.ProposeEpoch(1, Results, new byte[32], 0, ""));
        Assert.Equal(VaultEpochStatus.None, (await vault.EpochAsync(1, before, default)).Status);
        Assert.Equal(VaultEpochStatus.Proposed, (await vault.EpochAsync(1, null, default)).Status);
        await chain.Node.RollbackAsync(1, default);
        Assert.Equal(VaultEpochStatus.None, (await vault.EpochAsync(1, null, default)).Status);
    }
}
