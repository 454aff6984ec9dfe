// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SumProof} from "./SumProof.sol";

/// @title The arena's vault: deposits, optimistic epochs of results and payouts, pull claims, all in native ETH.
/// @notice Amounts are wei in uint128. Times are unix seconds. Four parties: the settler proposes epochs, anybody may dispute one
/// against a bond, the arbiter decides disputes, the guardian may pause. Claims need nobody's permission.
/// @dev Solvency: address(this).balance >= pool + bonds always, with equality unless somebody forces ETH in by self-destruct.
/// claimedTotal <= payoutTotal <= claimedTotal + pool always, so what is declared is covered and what is claimed was declared.
contract ArenaVault is Pausable, ReentrancyGuard {
    enum Status {
        None,
        Proposed,
        Rejected,
        Finalized
    }

    enum Ruling {
        Open,
        Rejected,
        Upheld
    }

    struct Epoch {
        bytes32 resultRoot;
        bytes32 payoutRoot;
        /// @dev wei, cumulative over all epochs.
        uint128 payoutTotal;
        /// @dev unix seconds; finalize works from this moment on.
        uint64 deadline;
        /// @dev Number of proposals of this epoch so far; a rejected one may be proposed again.
        uint32 attempt;
        /// @dev Disputes of this attempt that wait for the arbiter.
        uint24 openDisputes;
        Status status;
    }

    struct Dispute {
        address by;
        uint32 attempt;
        Ruling ruling;
        /// @dev The bond is settled: forfeited to the pool or taken back.
        bool settled;
    }

    /// @notice Challenge window in seconds.
    uint64 public immutable window;
    /// @notice What a dispute costs until it is decided, wei.
    uint128 public immutable bond;

    address public settler;
    address public guardian;
    address public arbiter;
    address public nextArbiter;

    /// @notice The newest final epoch; 0 before the first.
    uint64 public lastFinalized;
    /// @notice Root that claims are proven against; 0 before the first final epoch that pays.
    bytes32 public payoutRoot;
    /// @notice Sum of all leaves under payoutRoot, wei: everything ever owed, claimed or not.
    uint128 public payoutTotal;
    /// @notice Paid out so far, wei.
    uint128 public claimedTotal;
    /// @notice Deposits and forfeited bonds less claims, wei.
    uint128 public pool;
    /// @notice Bonds of open disputes and those not taken back yet, wei.
    uint128 public bonds;

    /// @notice Paid out to an account so far, wei.
    mapping(address account => uint128) public claimed;
    mapping(uint64 n => Epoch) public epochs;
    mapping(uint64 n => Dispute[]) private _disputes;

    event Deposited(address indexed account, address indexed from, uint128 amount);
    event EpochProposed(
        uint64 indexed n, bytes32 resultRoot, bytes32 payoutRoot, uint128 payoutTotal, uint64 deadline, uint32 attempt, string uri
    );
    event EpochDisputed(uint64 indexed n, uint256 indexed index, address indexed by, string evidence);
    event DisputeResolved(uint64 indexed n, uint256 indexed index, bool upheld, uint64 deadline);
    event EpochFinalized(uint64 indexed n, bytes32 resultRoot, bytes32 payoutRoot, uint128 payoutTotal);
    event Claimed(address indexed account, address indexed by, uint128 amount, uint128 cumulative);
    event BondReturned(uint64 indexed n, uint256 indexed index, address indexed to, uint128 amount);
    event RoleMoved(bytes32 indexed role, address indexed to);

    error NotAllowed();
    error BadRoles();
    error BadAmount();
    error BadEpoch();
    error BadRoot();
    error BadTotal();
    error Window();
    error Disputed();
    error NothingToClaim();
    error BadProof();
    error NothingOwed();
    error TransferFailed();

    modifier only(address role) {
        if (msg.sender != role) revert NotAllowed();
        _;
    }

    /// @param settler_ proposes epochs. @param arbiter_ decides disputes, unpauses, replaces settler and guardian.
    /// @param guardian_ may pause. The three are different, so that one stolen key can't both propose and decide.
    /// @param window_ seconds, at least 1. @param bond_ wei, at least 1.
    constructor(address settler_, address arbiter_, address guardian_, uint64 window_, uint128 bond_) {
        if (window_ == 0 || bond_ == 0) revert BadAmount();
        settler = settler_;
        arbiter = arbiter_;
        guardian = guardian_;
        _checkRoles();
        window = window_;
        bond = bond_;
    }

    // --- money in ---

    /// @notice Deposits for the sender. The amount must be whole gwei, the unit of the arena's ledger.
    function deposit() external payable {
        _deposit(msg.sender);
    }

    /// @notice Deposits for somebody else.
    function depositFor(address account) external payable {
        _deposit(account);
    }

    function _deposit(address account) private whenNotPaused {
        if (msg.value == 0 || msg.value % 1 gwei != 0 || account == address(0)) revert BadAmount();
        uint128 amount = _amount(msg.value);
        pool += amount;
        emit Deposited(account, msg.sender, amount);
    }

    // --- epochs ---

    /// @notice Proposes the next epoch. Repeating it is refused, so that a transaction sent twice can do no harm.
    /// @param n lastFinalized + 1. @param resultRoot Merkle root of the epoch's results, 0 where it has none.
    /// @param newPayoutRoot root of the sum tree of cumulative payouts; 0 exactly when payoutTotal_ is 0.
    /// @param payoutTotal_ wei, cumulative over all epochs, never less than before and never more than the vault holds.
    /// @param uri where the leaves can be read.
    function proposeEpoch(uint64 n, bytes32 resultRoot, bytes32 newPayoutRoot, uint128 payoutTotal_, string calldata uri)
        external
        only(settler)
        whenNotPaused
    {
        Epoch storage e = epochs[n];
        if (n != lastFinalized + 1 || e.status == Status.Proposed) revert BadEpoch();
        if (payoutTotal_ < payoutTotal || payoutTotal_ > claimedTotal + pool) revert BadTotal();
        if ((newPayoutRoot == 0) != (payoutTotal_ == 0)) revert BadRoot();
        e.resultRoot = resultRoot;
        e.payoutRoot = newPayoutRoot;
        e.payoutTotal = payoutTotal_;
        e.deadline = uint64(block.timestamp) + window;
        e.attempt += 1;
        e.openDisputes = 0;
        e.status = Status.Proposed;
        emit EpochProposed(n, resultRoot, newPayoutRoot, payoutTotal_, e.deadline, e.attempt, uri);
    }

    /// @notice Disputes a proposed epoch before its deadline, against the bond. Works while paused, so that a pause shuts nobody out.
    /// @param evidence where the evidence can be read.
    /// @return index of the dispute within the epoch.
    function dispute(uint64 n, string calldata evidence) external payable returns (uint256 index) {
        Epoch storage e = epochs[n];
        if (e.status != Status.Proposed) revert BadEpoch();
        if (block.timestamp >= e.deadline) revert Window();
        if (msg.value != bond) revert BadAmount();
        bonds += bond;
        e.openDisputes += 1;
        index = _disputes[n].length;
        _disputes[n].push(Dispute(msg.sender, e.attempt, Ruling.Open, false));
        emit EpochDisputed(n, index, msg.sender, evidence);
    }

    /// @notice Decides a dispute. Upheld: the proposal falls and every bond of it can be taken back, but those forfeited before.
    /// Rejected: the bond goes to the pool and the window starts again, so that a weak dispute can't shut out a real one.
    function resolve(uint64 n, uint256 index, bool upheld) external only(arbiter) {
        Epoch storage e = epochs[n];
        Dispute storage d = _disputes[n][index];
        if (e.status != Status.Proposed || d.attempt != e.attempt || d.ruling != Ruling.Open) revert BadEpoch();
        e.openDisputes -= 1;
        if (upheld) {
            d.ruling = Ruling.Upheld;
            e.status = Status.Rejected;
        } else {
            d.ruling = Ruling.Rejected;
            d.settled = true;
            bonds -= bond;
            pool += bond;
            e.deadline = uint64(block.timestamp) + window;
        }
        emit DisputeResolved(n, index, upheld, e.deadline);
    }

    /// @notice Returns the bond of a dispute that was upheld, or that was open when another one brought the proposal down.
    function returnBond(uint64 n, uint256 index) external nonReentrant {
        Epoch storage e = epochs[n];
        Dispute storage d = _disputes[n][index];
        bool fallen = d.attempt < e.attempt || e.status == Status.Rejected;
        if (d.settled || !fallen) revert NothingOwed();
        d.settled = true;
        bonds -= bond;
        emit BondReturned(n, index, d.by, bond);
        _send(d.by, bond);
    }

    /// @notice Makes a proposed epoch final once its window is over and no dispute is open. Anybody may.
    function finalize(uint64 n) external whenNotPaused {
        Epoch storage e = epochs[n];
        if (e.status != Status.Proposed) revert BadEpoch();
        if (e.openDisputes != 0) revert Disputed();
        if (block.timestamp < e.deadline) revert Window();
        e.status = Status.Finalized;
        lastFinalized = n;
        payoutRoot = e.payoutRoot;
        payoutTotal = e.payoutTotal;
        emit EpochFinalized(n, e.resultRoot, e.payoutRoot, e.payoutTotal);
    }

    // --- money out ---

    /// @notice Pays an account what the newest final epoch owes it and it has not had. Anybody may call it for anybody.
    /// @param cumulative wei, everything ever owed to the account. @param proof from its leaf up to payoutRoot.
    function claim(address account, uint128 cumulative, SumProof.Step[] calldata proof) external nonReentrant whenNotPaused {
        uint128 before = claimed[account];
        if (cumulative <= before) revert NothingToClaim();
        (bytes32 root, uint128 total) = SumProof.fold(leafOf(account, cumulative), cumulative, proof);
        if (root != payoutRoot || total != payoutTotal) revert BadProof();
        uint128 amount = cumulative - before;
        claimed[account] = cumulative;
        claimedTotal += amount;
        // A later root that drops an account which was paid could otherwise pay out more than it declares.
        if (claimedTotal > payoutTotal) revert BadTotal();
        pool -= amount;
        emit Claimed(account, msg.sender, amount, cumulative);
        _send(account, amount);
    }

    /// @notice The leaf of an account's cumulative payout in wei; bound to this chain and this vault, hashed twice.
    function leafOf(address account, uint128 cumulative) public view returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(block.chainid, address(this), account, uint256(cumulative)))));
    }

    // --- reading ---

    /// @notice Disputes of an epoch over all its attempts.
    function disputeCount(uint64 n) external view returns (uint256) {
        return _disputes[n].length;
    }

    function disputeAt(uint64 n, uint256 index) external view returns (Dispute memory) {
        return _disputes[n][index];
    }

    // --- roles ---

    /// @notice Stops deposits, proposals, finalizing and claims.
    function pause() external only(guardian) {
        _pause();
    }

    /// @notice Ends a pause. A pending proposal gets a whole window again.
    function unpause() external only(arbiter) {
        Epoch storage e = epochs[lastFinalized + 1];
        if (e.status == Status.Proposed) e.deadline = uint64(block.timestamp) + window;
        _unpause();
    }

    function setSettler(address to) external only(arbiter) {
        settler = to;
        _checkRoles();
        emit RoleMoved("settler", to);
    }

    function setGuardian(address to) external only(arbiter) {
        guardian = to;
        _checkRoles();
        emit RoleMoved("guardian", to);
    }

    /// @notice First step of handing the arbiter's role over; the new one accepts it.
    function offerArbiter(address to) external only(arbiter) {
        nextArbiter = to;
    }

    function acceptArbiter() external only(nextArbiter) {
        arbiter = msg.sender;
        nextArbiter = address(0);
        _checkRoles();
        emit RoleMoved("arbiter", msg.sender);
    }

    function _checkRoles() private view {
        if (settler == address(0) || arbiter == address(0) || guardian == address(0)) revert BadRoles();
        if (settler == arbiter || settler == guardian || arbiter == guardian) revert BadRoles();
    }

    function _amount(uint256 value) private pure returns (uint128) {
        if (value > type(uint128).max) revert BadAmount();
        return uint128(value);
    }

    function _send(address to, uint256 amount) private {
        (bool ok,) = to.call{value: amount}("");
        if (!ok) revert TransferFailed();
    }
}
