// node verify.mjs FOLDER TRANSCRIPT [COMMITMENT]: the kernel as WebAssembly, from the published _framework in FOLDER.
import { readFile } from 'node:fs/promises';
import { loadKernel, verify } from './kernel.mjs';

const [folder, file, commitment = ''] = process.argv.slice(2);
const report = verify(await loadKernel(folder), await readFile(file, 'utf8'), commitment);
for (const check of report.checks) console.log(`${check.ok ? 'ok  ' : 'FAIL'} ${check.step}`);
console.log(report.ok ? 'Every check holds.' : 'This transcript is not what it says.');
process.exit(report.ok ? 0 : 1);
