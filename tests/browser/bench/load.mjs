// The first load: bytes over the wire, and the time until the stage is seen.

import { url } from '../chromium.js';
import { measure, quantile, report } from './measure.mjs';

const RUNS = 9;
const gzip = process.env.HIGHWATER_GZIP_URL;

/** Bytes of every answer, headers and all. */
async function bytes() {
  let sum = 0;
  const prepare = async (_, devtools) => {
    await devtools.send('Network.enable');
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (sum += encodedDataLength));
  };
  await measure(url, (page) => page.waitForLoadState('networkidle'), { prepare });
  return sum;
}

/** Milliseconds from navigation to the mark that the page sets, or to the first frame that has a stage in it. */
async function stage(throttle) {
  const prepare = (page) =>
    page.addInitScript(() => {
      const look = () => {
        const [mark] = performance.getEntriesByName('highwater:stage');
        if (mark) window.stageSeen = mark.startTime;
        else if (document.querySelector('[data-testid=stage] svg')) window.stageSeen ??= performance.now();
        if (!mark) requestAnimationFrame(look);
      };
      look();
    });
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const seen = async (page) => {
      await page.waitForFunction(() => window.stageSeen);
      await page.waitForTimeout(300);
      return page.evaluate(() => window.stageSeen);
    };
    times.push(await measure(gzip, seen, { throttle, prepare }));
  }
  return quantile(times, 0.5);
}

report({ first_load_bytes: await bytes() });
report({ stage_ms: await stage(1), stage_ms_throttled: await stage(4) });
