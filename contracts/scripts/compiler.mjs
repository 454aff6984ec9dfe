// The one place that says how the contracts are compiled, and what counts as their sources.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const settings = { evmVersion: 'prague', optimizer: { enabled: true, runs: 200 } };

/** Our own sources by path, in order of the path. */
export function sources() {
  const names = readdirSync(join(root, 'src')).filter(n => n.endsWith('.sol')).sort();
  return Object.fromEntries(names.map(n => [`src/${n}`, readFileSync(join(root, 'src', n), 'utf8')]));
}

/** SHA-256 over "path NUL text NUL" of every source, in order of the path, lower-case hex. */
export function hashOf(files) {
  const hash = createHash('sha256');
  for (const [path, text] of Object.entries(files)) hash.update(path).update('\0').update(text).update('\0');
  return hash.digest('hex');
}

/** Compiles our sources; imports come from node_modules. Prints what the compiler says and throws on an error. */
export function compile(files) {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(files).map(([path, content]) => [path, { content }])),
    settings: { ...settings, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } } },
  };
  const find = path => {
    const file = join(root, 'node_modules', path);
    return existsSync(file) ? { contents: readFileSync(file, 'utf8') } : { error: 'File not found' };
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
  for (const e of output.errors ?? []) console.error(e.formattedMessage);
  if ((output.errors ?? []).some(e => e.severity === 'error')) throw new Error('The contracts do not compile.');
  return output.contracts;
}

export const compilerVersion = () => solc.version();
