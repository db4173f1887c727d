// Makes a component of `shop.js`: `node build.js WIT OUTPUT`.
import { componentize } from '@bytecodealliance/componentize-js';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const [witPath, output] = process.argv.slice(2);
const { component } = await componentize({
  sourcePath: fileURLToPath(new URL('shop.js', import.meta.url)),
  witPath,
  worldName: 'guest',
  // The host has no HTTP for guests.
  disableFeatures: ['http', 'fetch-event'],
});
await writeFile(output, component);
