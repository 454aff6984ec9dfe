// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArenaVault} from "../src/ArenaVault.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// @dev Walks the vault at random; every step that its rules allow, in any order. Keeps its own books.
contract Walker {
    address constant SETTLER = address(0xA1);
    address constant ARBITER = address(0xA2);
    uint256 constant ACCOUNTS = 4;

    ArenaVault public immutable vault;
    uint256 public deposited;
    uint256 public forfeited;
    uint256 public bonded;
    uint256 public finals;
    uint256 public claims;

    uint128[ACCOUNTS] private _owed;
    uint128[ACCOUNTS] private _final;
    uint256[] private _open;
    uint256[2][] private _held;

    constructor(ArenaVault vault_) {
        vault = vault_;
    }

    receive() external payable {}

    function account(uint256 i) public pure returns (address) {
        return address(uint160(0xC000 + i % ACCOUNTS));
    }

    function deposit(uint64 amount, uint256 who) external {
        uint256 value = (uint256(amount) + 1) * 1 gwei;
        vm.deal(address(this), value + bonded + 1000 ether);
        vault.depositFor{value: value}(account(who));
        deposited += value;
    }

    /// @dev Proposes that some accounts are owed more, all that the vault holds at most; now and then one is dropped to another's gain.
    function propose(uint64 more, uint256 who, bool shift) external {
        uint64 n = vault.lastFinalized() + 1;
        if (_status(n) == ArenaVault.Status.Proposed) return;
        for (uint256 i = 0; i < ACCOUNTS; ++i) _owed[i] = _final[i];
        uint128 room = vault.claimedTotal() + vault.pool() - vault.payoutTotal();
        uint128 add = room == 0 ? 0 : uint128(uint256(more) * 1 gwei % (uint256(room) + 1));
        _owed[who % ACCOUNTS] += add;
        if (shift) {
            uint256 from = (who >> 8) % ACCOUNTS;
            uint256 to = (who >> 16) % ACCOUNTS;
            uint128 moved = _owed[from] / 2;
            _owed[from] -= moved;
            _owed[to] += moved;
        }
        (bytes32 root, uint128 total) = Tree.root(_leaves(_owed));
        vm.prank(SETTLER);
        vault.proposeEpoch(n, "results", total == 0 ? bytes32(0) : root, total, "");
    }

    function dispute() external {
        uint64 n = vault.lastFinalized() + 1;
        (,,, uint64 deadline,,,) = vault.epochs(n);
        if (_status(n) != ArenaVault.Status.Proposed || block.timestamp >= deadline) return;
        vm.deal(address(this), address(this).balance + vault.bond());
        uint256 index = vault.dispute{value: vault.bond()}(n, "");
        bonded += vault.bond();
        _open.push(index);
    }

    function resolve(uint256 which, bool upheld) external {
        if (_open.length == 0) return;
        uint64 n = vault.lastFinalized() + 1;
        uint256 spot = which % _open.length;
        uint256 index = _open[spot];
        vm.prank(ARBITER);
        vault.resolve(n, index, upheld);
        if (upheld) {
            for (uint256 i = 0; i < _open.length; ++i) _held.push([uint256(n), _open[i]]);
            delete _open;
        } else {
            forfeited += vault.bond();
            bonded -= vault.bond();
            _open[spot] = _open[_open.length - 1];
            _open.pop();
        }
    }

    function returnBond() external {
        if (_held.length == 0) return;
        uint256[2] memory d = _held[_held.length - 1];
        _held.pop();
        vault.returnBond(uint64(d[0]), d[1]);
        bonded -= vault.bond();
    }

    function finalize(uint16 wait) external {
        uint64 n = vault.lastFinalized() + 1;
        vm.warp(block.timestamp + wait);
        (,,, uint64 deadline,, uint24 open,) = vault.epochs(n);
        if (_status(n) != ArenaVault.Status.Proposed || block.timestamp < deadline || open != 0) return;
        vault.finalize(n);
        finals += 1;
        _final = _owed;
    }

    function claim(uint256 who) external {
        uint256 i = who % ACCOUNTS;
        uint128 before = vault.claimed(account(i));
        if (_final[i] <= before || vault.claimedTotal() + (_final[i] - before) > vault.payoutTotal()) return;
        vault.claim(account(i), _final[i], Tree.proof(_leaves(_final), i));
        claims += 1;
    }

    function _status(uint64 n) private view returns (ArenaVault.Status status) {
        (,,,,,, status) = vault.epochs(n);
    }

    function _leaves(uint128[ACCOUNTS] storage owed) private view returns (Tree.Node[] memory leaves) {
        leaves = new Tree.Node[](ACCOUNTS);
        for (uint256 i = 0; i < ACCOUNTS; ++i) leaves[i] = Tree.Node(vault.leafOf(account(i), owed[i]), owed[i]);
    }
}

contract ArenaVaultInvariants {
    ArenaVault vault;
    Walker walker;

    function setUp() public {
        vm.warp(1_700_000_000);
        vault = new ArenaVault(address(0xA1), address(0xA2), address(0xA3), 1 hours, 1 ether);
        walker = new Walker(vault);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(walker);
    }

    function invariant_TheBalanceIsThePoolAndTheBonds() public view {
        require(address(vault).balance == uint256(vault.pool()) + vault.bonds(), "balance");
        require(vault.bonds() == walker.bonded(), "bonds");
        require(walker.deposited() + walker.forfeited() == uint256(vault.pool()) + vault.claimedTotal(), "books");
    }

    function invariant_WhatIsClaimedWasDeclaredAndWhatIsDeclaredIsCovered() public view {
        require(vault.claimedTotal() <= vault.payoutTotal(), "claimed <= declared");
        require(vault.payoutTotal() <= uint256(vault.claimedTotal()) + vault.pool(), "declared <= covered");
    }

    function invariant_NobodyIsPaidMoreThanTheBooksSay() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            address who = walker.account(i);
            require(who.balance == vault.claimed(who), "paid once");
            sum += vault.claimed(who);
        }
        require(sum == vault.claimedTotal(), "sum of claims");
    }
}
