// The engine in WASM: actions per second, and seeks in a long timeline.

import { url } from '../chromium.js';
import { measure, report, started } from './measure.mjs';

const ACTIONS = 1_000_000;

await measure(`${url}?bench=1`, async (page) => {
  await started(page);
  const { actions, seconds } = await page.evaluate((actions) => window.highwaterBench.engine(actions), ACTIONS);
  const { seek_ms_p50, seek_ms_max } = await page.evaluate(() => window.highwaterBench.seek());
  report({ wasm_actions_per_s: actions / seconds, seek_ms_p50, seek_ms_max });
});
