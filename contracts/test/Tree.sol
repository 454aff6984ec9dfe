// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SumProof} from "../src/SumProof.sol";

/// @dev Builds sum trees over leaves in the order given; sorting only matters for agreeing with other builders.
library Tree {
    struct Node {
        bytes32 hash;
        uint128 sum;
    }

    function join(Node memory a, Node memory b) internal pure returns (Node memory) {
        return Node(keccak256(abi.encodePacked(uint8(1), a.hash, a.sum, b.hash, b.sum)), a.sum + b.sum);
    }

    function rootOf(Node memory top) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(2), top.hash, top.sum));
    }

    function up(Node[] memory level) private pure returns (Node[] memory next) {
        next = new Node[]((level.length + 1) / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            next[i] = 2 * i + 1 < level.length ? join(level[2 * i], level[2 * i + 1]) : level[2 * i];
        }
    }

    function root(Node[] memory leaves) internal pure returns (bytes32, uint128) {
        while (leaves.length > 1) leaves = up(leaves);
        return (rootOf(leaves[0]), leaves[0].sum);
    }

    function proof(Node[] memory leaves, uint256 index) internal pure returns (SumProof.Step[] memory steps) {
        SumProof.Step[] memory all = new SumProof.Step[](64);
        uint256 count = 0;
        while (leaves.length > 1) {
            uint256 s = index ^ 1;
            if (s < leaves.length) all[count++] = SumProof.Step(leaves[s].hash, leaves[s].sum, s < index);
            leaves = up(leaves);
            index /= 2;
        }
        steps = new SumProof.Step[](count);
        for (uint256 i = 0; i < count; ++i) steps[i] = all[i];
    }
}
