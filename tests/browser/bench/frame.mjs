// The standard scene at play: script per animation frame, and frames per second on a slow machine.

import { url } from '../chromium.js';
import { measure, quantile, report, started } from './measure.mjs';

const SECONDS = 6;
const SCRIPT = new Set(['FireAnimationFrame', 'FunctionCall', 'TimerFire', 'EventDispatch', 'RunMicrotasks', 'EvaluateScript']);

async function play(page) {
  await started(page);
  await page.evaluate(() => window.highwaterBench.stage());
  await page.waitForTimeout(2000);
}

/** Milliseconds of script in each frame, from one animation frame to the next, on the main thread of the page. */
function scriptPerFrame(events) {
  const thread = ({ pid, tid }) => `${pid}/${tid}`;
  const main = thread(events.find((event) => event.name === 'FireAnimationFrame'));
  const script = events
    .filter((event) => event.ph === 'X' && SCRIPT.has(event.name) && thread(event) === main)
    .toSorted((a, b) => a.ts - b.ts);
  const frames = [];
  let end = 0;
  let lastFrame = -Infinity;
  for (const { name, ts, dur } of script) {
    // Several callbacks may run in one frame; two frames are further apart than that.
    if (name === 'FireAnimationFrame' && ts - lastFrame > 4000) {
      frames.push(0);
      lastFrame = ts;
    }
    // What runs inside something already counted is not counted again.
    const own = Math.max(0, ts + dur - Math.max(ts, end));
    end = Math.max(end, ts + dur);
    if (frames.length > 0) frames[frames.length - 1] += own / 1000;
  }
  return frames;
}

await measure(`${url}?bench=1`, async (page, _, browser) => {
  await play(page);
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  await page.waitForTimeout(SECONDS * 1000);
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const frames = scriptPerFrame(traceEvents);
  report({ script_ms_p50: quantile(frames, 0.5), script_ms_p95: quantile(frames, 0.95) });
});

const throttled = async (page) => {
  await play(page);
  return page.evaluate(
    (milliseconds) =>
      new Promise((resolve) => {
        let [frames, start] = [-1, 0];
        const count = (now) => {
          start ||= now;
          frames += 1;
          if (now - start < milliseconds) requestAnimationFrame(count);
          else resolve((frames * 1000) / (now - start));
        };
        requestAnimationFrame(count);
      }),
    SECONDS * 1000,
  );
};
report({ frames_per_s_throttled: Math.round(await measure(`${url}?bench=1`, throttled, { throttle: 4 })) });
