// The page and the command line are one engine: the same events, bit for bit.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '../harness.js';

const native = promisify(execFile);
const root = new URL('../../../', import.meta.url);
const folder = new URL('static/lessons/', root);
const lessons = existsSync(folder)
  ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  : [];

/** The same hundred seeds every time, spread over 32 bits. */
const seeds = Array.from({ length: 100 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 0);

for (const lesson of lessons) {
  test(`${lesson} has the same events here and on the command line`, async ({ open, page }) => {
    test.setTimeout(120_000);
    await open('?bench=1');
    const hash = (seed) => page.evaluate(([lesson, seed]) => window.highwaterBench.eventHash(lesson, seed), [lesson, seed]);
    for (const seed of [null, ...seeds]) {
      const chosen = seed === null ? [] : ['--seed', String(seed)];
      const args = ['run', lesson, ...chosen, '--json'];
      const { stdout } = await native(process.env.HIGHWATER_NATIVE, args, { cwd: root });
      expect(await hash(seed), args.join(' ')).toBe(JSON.parse(stdout).event_hash);
    }
  });
}
