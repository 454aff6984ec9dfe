// An agent of code-duel for test.sh. Its answers call as deep as the rules let them and then guess (0, an empty text ...), which is right in some tests; they guess only if they got as
// deep as they must, so that a replay on a stack too small would find another result. The number says which program comes first.
import { createInterface } from 'node:readline';

const programs = [
  ["const down = () => { n++; down() }, deep = () => down();", 9998],
  ["const down = () => { n++; [1].forEach(down) }, deep = () => down();", 4999],
  ["const o = { toString() { n++; return [o, 1].sort() + '' } }, deep = () => String(o);", 100],
  ["let a = { toString() { n++; return String(a) } }; for (let i = 0; i < 49; i++) a = [a]; const deep = () => String(a);", 9],
  ["let a = { toJSON() { n++; return JSON.stringify(a) } }; for (let i = 0; i < 55; i++) a = [a]; const deep = () => JSON.stringify(a);", 8],
  ["const o = { toString() { n++; return o + 'a' } }, deep = () => `${o}`;", 9998],
];
let next = Number(process.argv[2]);
createInterface({ input: process.stdin }).on('line', line => {
  const { function: name, examples } = JSON.parse(line).json;
  const result = examples[0].result;
  const guess = typeof result === 'string' ? "''" : Array.isArray(result) ? '[]' : typeof result === 'boolean' ? 'false' : typeof result === 'number' ? '0' : '({})';
  const [program, depth] = programs[next++ % programs.length];
  process.stdout.write(`let n = 0; ${program} const ${name} = () => { try { deep() } catch (e) { return n === ${depth} && e.name === 'RangeError' ? ${guess} : n + e.name } };\n`);
});
