// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArenaVault} from "../src/ArenaVault.sol";
import {SumProof} from "../src/SumProof.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

contract ArenaVaultTest {
    address constant SETTLER = address(0xA1);
    address constant ARBITER = address(0xA2);
    address constant GUARDIAN = address(0xA3);
    address constant ALICE = address(0xB1);
    address constant BOB = address(0xB2);
    address constant MALLORY = address(0xB3);
    uint64 constant WINDOW = 1 hours;
    uint128 constant BOND = 1 ether;
    bytes32 constant RESULTS = keccak256("results");

    ArenaVault vault;

    function setUp() public {
        vm.warp(1_700_000_000);
        vault = _newVault();
        vm.deal(ALICE, 1000 ether);
        vm.deal(BOB, 1000 ether);
        vm.deal(MALLORY, 1000 ether);
    }

    // --- claims ---

    function testFuzz_AClaimIsPaidOnce(uint64 gweiAmount, uint8 others, uint8 pick, address by) public {
        uint128 amount = uint128(gweiAmount) * 1 gwei;
        vm.assume(amount > 0);
        uint256 count = 1 + uint256(others) % 20;
        uint256 index = uint256(pick) % count;
        Tree.Node[] memory leaves = new Tree.Node[](count);
        for (uint256 i = 0; i < count; ++i) leaves[i] = _leaf(vault, address(uint160(0xC000 + i)), amount);
        (bytes32 root, uint128 total) = Tree.root(leaves);
        _deposit(total);
        _settle(vault, 1, root, total);

        address who = address(uint160(0xC000 + index));
        SumProof.Step[] memory proof = Tree.proof(leaves, index);
        vm.prank(by);
        vault.claim(who, amount, proof);
        require(who.balance == amount && vault.claimed(who) == amount && vault.pool() == total - amount, "paid");
        vm.expectRevert(ArenaVault.NothingToClaim.selector);
        vault.claim(who, amount, proof);
    }

    function testFuzz_AProofWorksForItsOwnAccountAndAmountOnly(uint64 gweiAmount, uint64 other, address who) public {
        vm.assume(gweiAmount > 0 && other > 0 && (other != gweiAmount || who != ALICE));
        (Tree.Node[] memory leaves, uint128 total) = _two(vault, uint128(gweiAmount), 7);
        (bytes32 root,) = Tree.root(leaves);
        _deposit((uint128(gweiAmount) + 7) * 1 gwei);
        _settle(vault, 1, root, total);
        SumProof.Step[] memory proof = Tree.proof(leaves, 0);
        vm.expectRevert(ArenaVault.BadProof.selector);
        vault.claim(who, other, proof);
    }

    function test_CumulativePayoutsAddUpOverEpochs() public {
        _deposit(100 ether);
        _payAlone(1, ALICE, 10 ether);
        vault.claim(ALICE, 10 ether, _none());
        _payAlone(2, ALICE, 25 ether);
        vm.expectRevert(ArenaVault.NothingToClaim.selector);
        vault.claim(ALICE, 10 ether, _none());
        vault.claim(ALICE, 25 ether, _none());
        require(ALICE.balance == 1025 ether && vault.claimedTotal() == 25 ether, "difference only");
    }

    function test_AClaimOfAnotherChainIsWorthless() public {
        _deposit(10 ether);
        _payAlone(1, ALICE, 10 ether);
        vm.chainId(1);
        vm.expectRevert(ArenaVault.BadProof.selector);
        vault.claim(ALICE, 10 ether, _none());
        vm.chainId(31337);
        vault.claim(ALICE, 10 ether, _none());
    }

    function test_AClaimOfAnotherVaultIsWorthless() public {
        _deposit(10 ether);
        ArenaVault other = _newVault();
        (bytes32 root, uint128 total) = (Tree.rootOf(_leaf(other, ALICE, 10 ether)), 10 ether);
        _settle(vault, 1, root, total);
        vm.expectRevert(ArenaVault.BadProof.selector);
        vault.claim(ALICE, 10 ether, _none());
    }

    function test_LeavesCannotExceedTheDeclaredTotal() public {
        _deposit(200 ether);
        Tree.Node memory a = _leaf(vault, ALICE, 100 ether);
        Tree.Node memory b = _leaf(vault, BOB, 100 ether);
        // A settler who lies about Bob's sum so that the total looks smaller: then Bob's leaf leads nowhere.
        bytes32 top = keccak256(abi.encodePacked(uint8(1), a.hash, a.sum, b.hash, uint128(0)));
        _settle(vault, 1, Tree.rootOf(Tree.Node(top, 100 ether)), 100 ether);
        SumProof.Step[] memory proof = new SumProof.Step[](1);
        proof[0] = SumProof.Step(a.hash, a.sum, true);
        vm.expectRevert(ArenaVault.BadProof.selector);
        vault.claim(BOB, 100 ether, proof);
        proof[0] = SumProof.Step(b.hash, 0, false);
        vault.claim(ALICE, 100 ether, proof);
        require(vault.claimedTotal() == 100 ether, "declared total");
    }

    function test_ALaterRootThatDropsAPaidAccountPaysNoMoreThanItsTotal() public {
        _deposit(20 ether);
        _payAlone(1, ALICE, 10 ether);
        vault.claim(ALICE, 10 ether, _none());
        _payAlone(2, BOB, 10 ether);
        vm.expectRevert(ArenaVault.BadTotal.selector);
        vault.claim(BOB, 10 ether, _none());
    }

    function test_AnInnerNodeIsNoLeaf() public {
        _deposit(10 ether);
        (Tree.Node[] memory leaves, uint128 total) = _two(vault, 3, 7);
        (bytes32 root,) = Tree.root(leaves);
        _settle(vault, 1, root, total);
        vm.expectRevert(ArenaVault.BadProof.selector);
        vault.claim(ALICE, total, _none());
    }

    function test_AReceiverThatCallsBackIsRefusedAndPaidOnce() public {
        _deposit(30 ether);
        Thief thief = new Thief(vault);
        _payAlone(1, address(thief), 10 ether);
        thief.arm(10 ether, true);
        vm.expectRevert(ArenaVault.TransferFailed.selector);
        vault.claim(address(thief), 10 ether, _none());
        require(vault.claimed(address(thief)) == 0 && vault.pool() == 30 ether, "nothing moved");
        thief.arm(10 ether, false);
        vault.claim(address(thief), 10 ether, _none());
        require(thief.refused() && address(thief).balance == 10 ether, "paid once");
    }

    function test_AnEpochWithoutPayoutsSettlesResultsOnly() public {
        _settle(vault, 1, 0, 0);
        (bytes32 results,,,,,,) = vault.epochs(1);
        require(results == RESULTS && vault.lastFinalized() == 1, "settled");
        vm.expectRevert(ArenaVault.NothingToClaim.selector);
        vault.claim(ALICE, 0, _none());
    }

    // --- epochs ---

    function test_OnlyTheNextEpochCanBeProposedAndOnlyOnce() public {
        _refused(ArenaVault.BadEpoch.selector, 0, 0, 0);
        _refused(ArenaVault.BadEpoch.selector, 2, 0, 0);
        _propose(vault, 1, 0, 0);
        _refused(ArenaVault.BadEpoch.selector, 1, 0, 0);
        vm.warp(block.timestamp + WINDOW);
        vault.finalize(1);
        _refused(ArenaVault.BadEpoch.selector, 1, 0, 0);
        vm.expectRevert(ArenaVault.NotAllowed.selector);
        vm.prank(MALLORY);
        vault.proposeEpoch(2, RESULTS, 0, 0, "");
    }

    function test_TheDeclaredTotalIsCoveredAndNeverFalls() public {
        _deposit(10 ether);
        _refused(ArenaVault.BadTotal.selector, 1, "x", 10 ether + 1);
        _refused(ArenaVault.BadRoot.selector, 1, "x", 0);
        _refused(ArenaVault.BadRoot.selector, 1, 0, 1);
        _payAlone(1, ALICE, 10 ether);
        _refused(ArenaVault.BadTotal.selector, 2, "x", 10 ether - 1);
        vault.claim(ALICE, 10 ether, _none());
        _refused(ArenaVault.BadTotal.selector, 2, "x", 10 ether + 1);
    }

    function test_NothingIsFinalBeforeTheWindowEnds() public {
        _propose(vault, 1, 0, 0);
        vm.warp(block.timestamp + WINDOW - 1);
        vm.expectRevert(ArenaVault.Window.selector);
        vault.finalize(1);
        vm.warp(block.timestamp + 1);
        vm.prank(MALLORY);
        vault.finalize(1);
    }

    // --- disputes ---

    function test_ARejectedDisputeRestartsTheWindowAndForfeitsItsBond() public {
        _propose(vault, 1, 0, 0);
        vm.warp(block.timestamp + WINDOW - 1);
        _dispute(MALLORY);
        vm.warp(block.timestamp + 10 * WINDOW);
        vm.expectRevert(ArenaVault.Disputed.selector);
        vault.finalize(1);
        vm.prank(ARBITER);
        vault.resolve(1, 0, false);
        require(vault.pool() == BOND && vault.bonds() == 0, "forfeited");
        vm.expectRevert(ArenaVault.Window.selector);
        vault.finalize(1);
        // The real dispute still has a whole window.
        vm.warp(block.timestamp + WINDOW - 1);
        _dispute(BOB);
        vm.prank(ARBITER);
        vault.resolve(1, 1, true);
        vm.expectRevert(ArenaVault.NothingOwed.selector);
        vault.returnBond(1, 0);
        vault.returnBond(1, 1);
        require(BOB.balance == 1000 ether, "bond back");
    }

    function test_AnUpheldDisputeFreesAllOpenBondsOnceAndTheEpochCanBeProposedAgain() public {
        _propose(vault, 1, 0, 0);
        _dispute(ALICE);
        _dispute(BOB);
        vm.prank(ARBITER);
        vault.resolve(1, 1, true);
        vm.expectRevert(ArenaVault.BadEpoch.selector);
        vault.finalize(1);
        vm.expectRevert(ArenaVault.BadEpoch.selector);
        vm.prank(ARBITER);
        vault.resolve(1, 0, false);
        vault.returnBond(1, 0);
        _propose(vault, 1, 0, 0);
        vault.returnBond(1, 1);
        require(vault.bonds() == 0 && ALICE.balance == 1000 ether && BOB.balance == 1000 ether, "bonds back");
        vm.expectRevert(ArenaVault.NothingOwed.selector);
        vault.returnBond(1, 1);
        vm.warp(block.timestamp + WINDOW);
        vault.finalize(1);
    }

    function test_ADisputeNeedsItsBondItsWindowAndAProposal() public {
        vm.expectRevert(ArenaVault.BadEpoch.selector);
        vault.dispute(1, "");
        _propose(vault, 1, 0, 0);
        vm.expectRevert(ArenaVault.BadAmount.selector);
        vault.dispute(1, "");
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(ArenaVault.Window.selector);
        vault.dispute{value: BOND}(1, "");
        vm.expectRevert(ArenaVault.NotAllowed.selector);
        vault.resolve(1, 0, true);
    }

    // --- deposits, pause, roles ---

    function test_DepositsAreWholeGweiAndNamed() public {
        vm.expectRevert(ArenaVault.BadAmount.selector);
        vault.deposit{value: 1}();
        vm.expectRevert(ArenaVault.BadAmount.selector);
        vault.deposit();
        vm.expectRevert(ArenaVault.BadAmount.selector);
        vault.depositFor{value: 1 gwei}(address(0));
        vault.depositFor{value: 1 gwei}(ALICE);
        require(vault.pool() == 1 gwei, "pool");
        (bool ok,) = address(vault).call{value: 1 gwei}("");
        require(!ok, "a plain transfer would be stranded");
    }

    function test_APauseStopsMoneyButNotDisputes() public {
        _deposit(10 ether);
        _payAlone(1, ALICE, 10 ether);
        _propose(vault, 2, vault.payoutRoot(), 10 ether);
        vm.expectRevert(ArenaVault.NotAllowed.selector);
        vault.pause();
        vm.prank(GUARDIAN);
        vault.pause();
        bytes4 paused = bytes4(keccak256("EnforcedPause()"));
        vm.deal(address(this), 1 gwei);
        vm.expectRevert(paused);
        vault.claim(ALICE, 10 ether, _none());
        vm.expectRevert(paused);
        vault.deposit{value: 1 gwei}();
        _dispute(BOB);
        vm.prank(ARBITER);
        vault.resolve(2, 0, false);
        vm.warp(block.timestamp + 2 * WINDOW);
        vm.expectRevert(paused);
        vault.finalize(2);
        vm.expectRevert(ArenaVault.NotAllowed.selector);
        vm.prank(GUARDIAN);
        vault.unpause();
        vm.prank(ARBITER);
        vault.unpause();
        vm.expectRevert(ArenaVault.Window.selector);
        vault.finalize(2);
        vault.claim(ALICE, 10 ether, _none());
    }

    function test_RolesStayApartAndOnlyTheArbiterMovesThem() public {
        vm.expectRevert(ArenaVault.BadRoles.selector);
        new ArenaVault(SETTLER, SETTLER, GUARDIAN, WINDOW, BOND);
        vm.expectRevert(ArenaVault.NotAllowed.selector);
        vault.setSettler(MALLORY);
        vm.expectRevert(ArenaVault.BadRoles.selector);
        vm.prank(ARBITER);
        vault.setSettler(GUARDIAN);
        vm.prank(ARBITER);
        vault.setSettler(BOB);
        vm.prank(ARBITER);
        vault.offerArbiter(ALICE);
        vm.expectRevert(ArenaVault.NotAllowed.selector);
        vm.prank(MALLORY);
        vault.acceptArbiter();
        vm.prank(ALICE);
        vault.acceptArbiter();
        require(vault.arbiter() == ALICE && vault.settler() == BOB, "moved");
    }

    // --- tools ---

    function _newVault() private returns (ArenaVault) {
        return new ArenaVault(SETTLER, ARBITER, GUARDIAN, WINDOW, BOND);
    }

    function _leaf(ArenaVault v, address account, uint128 amount) private view returns (Tree.Node memory) {
        return Tree.Node(v.leafOf(account, amount), amount);
    }

    function _two(ArenaVault v, uint128 a, uint128 b) private view returns (Tree.Node[] memory leaves, uint128 total) {
        leaves = new Tree.Node[](2);
        leaves[0] = _leaf(v, ALICE, a);
        leaves[1] = _leaf(v, BOB, b);
        total = a + b;
    }

    function _none() private pure returns (SumProof.Step[] memory) {
        return new SumProof.Step[](0);
    }

    function _deposit(uint128 amount) private {
        vm.deal(address(this), amount);
        vault.deposit{value: amount}();
    }

    function _propose(ArenaVault v, uint64 n, bytes32 root, uint128 total) private {
        vm.prank(SETTLER);
        v.proposeEpoch(n, RESULTS, root, total, "");
    }

    function _refused(bytes4 why, uint64 n, bytes32 root, uint128 total) private {
        vm.expectRevert(why);
        _propose(vault, n, root, total);
    }

    function _settle(ArenaVault v, uint64 n, bytes32 root, uint128 total) private {
        _propose(v, n, root, total);
        vm.warp(block.timestamp + WINDOW);
        v.finalize(n);
    }

    function _payAlone(uint64 n, address account, uint128 amount) private {
        _settle(vault, n, Tree.rootOf(_leaf(vault, account, amount)), amount);
    }

    function _dispute(address by) private {
        uint64 n = vault.lastFinalized() + 1;
        vm.prank(by);
        vault.dispute{value: BOND}(n, "evidence");
    }
}

/// @dev Calls claim again from inside the payment.
contract Thief {
    ArenaVault private immutable _vault;
    uint128 private _amount;
    bool private _insist;
    bool public refused;

    constructor(ArenaVault vault) {
        _vault = vault;
    }

    function arm(uint128 amount, bool insist) external {
        (_amount, _insist) = (amount, insist);
    }

    receive() external payable {
        try _vault.claim(address(this), _amount, new SumProof.Step[](0)) {
            revert("claimed twice");
        } catch {
            refused = true;
            require(!_insist, "insisting");
        }
    }
}
