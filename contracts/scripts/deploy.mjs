// Deploys the vault to a chain of your own, from the checked-in artifact:
//   node scripts/deploy.mjs --rpc URL --key-file FILE --settler 0x.. --arbiter 0x.. --guardian 0x.. --window SECONDS --bond WEI
// The key in FILE pays for it and gets no role. Prints the vault's address.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ContractFactory, JsonRpcProvider, Wallet } from 'ethers';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const names = ['rpc', 'key-file', 'settler', 'arbiter', 'guardian', 'window', 'bond'];
const { values } = parseArgs({ options: Object.fromEntries(names.map(n => [n, { type: 'string' }])) });
const missing = names.filter(n => !values[n]);
if (missing.length) {
  console.error(`Missing: ${missing.map(n => `--${n}`).join(' ')}`);
  process.exit(2);
}
const artifact = JSON.parse(readFileSync(join(root, 'artifacts', 'ArenaVault.json')));
const wallet = new Wallet(readFileSync(values['key-file'], 'utf8').trim(), new JsonRpcProvider(values.rpc));
const vault = await new ContractFactory(artifact.abi, artifact.bytecode, wallet)
  .deploy(values.settler, values.arbiter, values.guardian, BigInt(values.window), BigInt(values.bond));
await vault.waitForDeployment();
console.log(await vault.getAddress());
process.exit(0);
