// Exits 0 once the address answers 200, 1 after two seconds without.
const address = process.argv[2];
const until = Date.now() + 2000;
while (Date.now() < until) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(1000) });
    if (answer.ok) process.exit(0);
  } catch { /* not yet */ }
  await new Promise(r => setTimeout(r, 200));
}
process.exit(1);
