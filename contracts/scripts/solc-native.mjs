#!/usr/bin/env node
// Makes solc-js look like the native compiler, for forge: '--version' and '--standard-json' are all that forge uses.
// forge puts every source into the JSON, so no import is ever read from here.
import { readFileSync } from 'node:fs';
import solc from 'solc';

const [version, commit] = solc.version().split('+');
if (process.argv.includes('--version')) {
  console.log('solc, the solidity compiler commandline interface');
  console.log(`Version: ${version}+${commit.split('.').slice(0, 2).join('.')}.Linux.g++`);
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8'), { import: () => ({ error: 'File not found' }) }));
} else {
  process.exit(1);
}
