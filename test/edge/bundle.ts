// The Worker as `npx wrangler deploy` makes it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../harness/sources.ts';

export const bundle = join(root, 'dist/edge/main.js');

export const makeBundle = () => promisify(execFile)(process.execPath, [join(root, 'bin/edge.mjs')], { cwd: root });
