// Compiles src/ and writes artifacts/ArenaVault.json: ABI, bytecode, the compiler, and the hash of the sources.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, compilerVersion, hashOf, root, settings, sources } from './compiler.mjs';

const files = sources();
const vault = compile(files)['src/ArenaVault.sol'].ArenaVault;
const artifact = {
  contract: 'ArenaVault',
  compiler: compilerVersion(),
  settings,
  sources: Object.keys(files),
  sourcesSha256: hashOf(files),
  abi: vault.abi,
  bytecode: `0x${vault.evm.bytecode.object}`,
};
mkdirSync(join(root, 'artifacts'), { recursive: true });
writeFileSync(join(root, 'artifacts', 'ArenaVault.json'), `${JSON.stringify(artifact, null, 1)}\n`);
console.log(`ArenaVault: ${vault.evm.deployedBytecode.object.length / 2} bytes of 24576`);
