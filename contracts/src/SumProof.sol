// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Proofs of a Merkle sum tree
/// @notice Every node commits to the hashes and sums of both children, so the leaves that can be proven under one root never add
/// up to more than the total that the root commits to. docs/protocol.md describes the tree.
library SumProof {
    /// @param hash of the sibling. @param sum below the sibling, wei. @param left whether the sibling stands on the left.
    struct Step {
        bytes32 hash;
        uint128 sum;
        bool left;
    }

    /// @notice Folds a leaf up to its root. Sums are checked: an overflow reverts.
    /// @param leaf hash of the leaf. @param amount sum of the leaf, wei.
    /// @return root keccak(0x02 || top hash || top sum). @return total the top's sum, wei.
    function fold(bytes32 leaf, uint128 amount, Step[] calldata proof) internal pure returns (bytes32 root, uint128 total) {
        bytes32 hash = leaf;
        total = amount;
        for (uint256 i = 0; i < proof.length; ++i) {
            Step calldata s = proof[i];
            hash = s.left
                ? keccak256(abi.encodePacked(uint8(1), s.hash, s.sum, hash, total))
                : keccak256(abi.encodePacked(uint8(1), hash, total, s.hash, s.sum));
            total += s.sum;
        }
        root = keccak256(abi.encodePacked(uint8(2), hash, total));
    }
}
