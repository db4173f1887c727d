// A host in JavaScript for the hybrid example's guest: `node host.js GUEST MODULES`. `GUEST` is what
// `jco transpile --instantiation async` writes, and jco is installed in `MODULES`.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [guest, modules] = process.argv.slice(2).map((path) => resolve(path));
const shim = createRequire(resolve(modules, 'package.json')).resolve('@bytecodealliance/preview2-shim/instantiation');
const { WASIShim } = await import(pathToFileURL(shim));
const { instantiate } = await import(pathToFileURL(resolve(guest, 'hybrid.js')));

const entries = [];
const hybrid = await instantiate(
  async (name) => WebAssembly.compile(await readFile(resolve(guest, name))),
  {
    ...new WASIShim().getImportObject(),
    'component:tairitsu-example-hybrid/journal': { record: (entry) => { entries.push(entry); }, count: () => BigInt(entries.length) },
    'tairitsu:core/host-api': { execute: () => '', log: () => {} },
  },
);
const { greet } = hybrid.greeter;
assert.deepEqual(greet('Ada'), { text: 'Hello, Ada!', visits: 1 });
assert.equal(greet('Ada').visits, 2);
assert.throws(() => greet(''), (error) => error.payload.tag === 'empty-name');
assert.deepEqual(entries, ['greeted Ada', 'greeted Ada']);
console.log('a host in JavaScript: greeted, counted and refused');
