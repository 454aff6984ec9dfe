// Run by test.sh: ARENA_KERNEL names the published kernel, ARENA_TRANSCRIPTS a folder of matches played natively.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadKernel, verify } from './kernel.mjs';

const kernel = await loadKernel(process.env.ARENA_KERNEL);
const folder = process.env.ARENA_TRANSCRIPTS;
const files = readdirSync(folder).filter(f => f.endsWith('.json'));

test('there is a match of every space that rules score', () => {
  const played = new Set(files.map(f => JSON.parse(readFileSync(join(folder, f), 'utf8')).space));
  const judged = new Set((process.env.ARENA_JUDGED ?? '').split(' '));
  assert.deepEqual(JSON.parse(kernel.Spaces()).filter(s => !judged.has(s)).sort(), [...played].sort());
});

for (const file of files) {
  test(`${file}: WebAssembly replays what was played natively, to the last byte`, () => {
    const report = verify(kernel, readFileSync(join(folder, file), 'utf8'));
    assert.ok(report.ok, JSON.stringify(report.checks.filter(c => !c.ok)));
    assert.ok(report.checks.length > 5);
  });
}

test('a changed answer is found', () => {
  const text = readFileSync(join(folder, files[0]), 'utf8');
  const changed = text.replace(/"said":\["([^"]*)"\]/, (all, said) => all.replace(said, `${said}!`));
  assert.notEqual(changed, text);
  assert.equal(verify(kernel, changed).ok, false);
});

test('a wrong commitment and what is no transcript are refused with a reason', () => {
  const text = readFileSync(join(folder, files[0]), 'utf8');
  assert.equal(verify(kernel, text, '00'.repeat(32)).ok, false);
  for (const nonsense of ['', '{}', '[1,2', '{"space":"chess"}', '\u0000']) {
    const report = verify(kernel, nonsense);
    assert.equal(report.ok, false);
    assert.ok(report.checks.some(c => !c.ok));
  }
});
