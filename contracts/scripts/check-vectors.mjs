// Checks the client's vectors against viem and ethers: node scripts/check-vectors.mjs vectors.json.gz
// Prints how many agree; ends with 1 and the first differences where some don't.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { AbiCoder, Transaction, Wallet } from 'ethers';
import { encodeAbiParameters, parseAbiParameters } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const types = 'uint256,int256,address,bool,bytes32,bytes,string,uint256[],bytes32[],(address,uint96)[],(uint8,string,(bytes4,bool))[2],int64,address[3]';
const ethersTypes = ['uint256', 'int256', 'address', 'bool', 'bytes32', 'bytes', 'string', 'uint256[]', 'bytes32[]', 'tuple(address,uint96)[]', 'tuple(uint8,string,tuple(bytes4,bool))[2]', 'int64', 'address[3]'];
const viemTypes = parseAbiParameters(types);
const coder = AbiCoder.defaultAbiCoder();
const vectors = JSON.parse(gunzipSync(readFileSync(process.argv[2])));
const wrong = [];
let raws = 0, signatures = 0, blobs = 0;

for (const [i, v] of vectors.entries()) {
  const same = (what, got, want) => got === want || !wrong.push(`vector ${i}: ${what}\n  ours   ${want}\n  theirs ${got}`);
  const wallet = new Wallet(v.secret), account = privateKeyToAccount(v.secret);
  const fees = { maxFeePerGas: BigInt(v.tx.maxFeePerGas), maxPriorityFeePerGas: BigInt(v.tx.maxPriorityFeePerGas) };
  const fields = { chainId: Number(v.tx.chainId), nonce: Number(v.tx.nonce), value: BigInt(v.tx.value), data: v.tx.data, accessList: v.tx.accessList, ...fees };
  const byEthers = await wallet.signTransaction({ ...fields, type: 2, to: v.tx.to, gasLimit: BigInt(v.tx.gas) });
  const byViem = await account.signTransaction({ ...fields, type: 'eip1559', to: v.tx.to ?? undefined, gas: BigInt(v.tx.gas) });
  raws += same('raw by ethers', byEthers, v.raw) & same('raw by viem', byViem, v.raw) & same('hash', Transaction.from(v.raw).hash, v.hash)
    & same('address by ethers', wallet.address, v.address) & same('address by viem', account.address, v.address);
  signatures += same('signature by ethers', await wallet.signMessage(v.message), v.signature)
    & same('signature by viem', await account.signMessage({ message: v.message }), v.signature);
  const values = coder.decode(ethersTypes, v.abi);
  const plain = x => x?.toArray ? x.toArray().map(plain) : x;
  blobs += same('blob by ethers', coder.encode(ethersTypes, values), v.abi) & same('blob by viem', encodeAbiParameters(viemTypes, plain(values)), v.abi);
}

const n = vectors.length;
console.log(`${raws}/${n} raw transactions, ${signatures}/${n} signatures, ${blobs}/${n} blobs equal those of ethers and viem`);
if (wrong.length) {
  console.error(`${wrong.length} differences, the first:\n${wrong.slice(0, 3).join('\n')}`);
  process.exit(1);
}
