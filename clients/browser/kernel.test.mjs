// Run by test.sh: ARENA_KERNEL names the published kernel, ARENA_TRANSCRIPTS a folder of matches played natively.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadKernel, verify } from './kernel.mjs';

const kernel = await loadKernel(process.env.ARENA_KERNEL);
const folder = process.env.ARENA_TRANSCRIPTS;
const files = readdirSync(folder).filter(f => f.endsWith('.json'));

const read = file => JSON.parse(readFileSync(join(folder, file), 'utf8'));

test('there is a match of every space, judged ones too, and of every number of seats of liars-dice', () => {
  const matches = files.map(read);
  assert.deepEqual(JSON.parse(kernel.Spaces()).sort(), [...new Set(matches.map(m => m.space))].sort());
  assert.deepEqual([2, 3, 4], [...new Set(matches.filter(m => m.space === 'liars-dice').map(m => m.players.length))].sort());
  assert.ok(matches.some(m => m.space === 'holdem' && m.material?.stack === 300));
});

for (const file of files) {
  test(`${file}: WebAssembly replays what was played natively, to the last byte`, () => {
    const report = verify(kernel, readFileSync(join(folder, file), 'utf8'));
    assert.ok(report.ok, JSON.stringify(report.checks.filter(c => !c.ok)));
    assert.ok(report.checks.length > 5);
    assert.ok(report.checks.every(c => c.meaning));
    assert.match(report.hash, /^[0-9a-f]{64}$/);
    const judged = read(file).games.every(g => g.scores === null);
    assert.equal(report.scores?.length ?? null, judged ? null : read(file).players.length);
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
