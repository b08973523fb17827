// The stage at play, with 200 messages in flight: script per animation frame, and frames per second on a slow machine.

import { url } from '../chromium.js';
import { measure, quantile, report, started } from './measure.mjs';

const SECONDS = 6;
const SCRIPT = new Set(['FireAnimationFrame', 'FunctionCall', 'TimerFire', 'EventDispatch', 'RunMicrotasks', 'EvaluateScript']);
const address = `${url}?bench=1`;

async function play(page, scene) {
  await started(page);
  await page.evaluate((scene) => window.highwaterBench.stage(scene), scene);
  await page.waitForTimeout(2000);
}

/** Milliseconds of script in each frame, from one animation frame to the next, on the main thread of the page. */
function scriptPerFrame(events) {
  const thread = ({ pid, tid }) => `${pid}/${tid}`;
  const mains = new Set(events.filter((event) => event.args?.name === 'CrRendererMain').map(thread));
  const main = thread(events.find((event) => event.name === 'FireAnimationFrame' && mains.has(thread(event))));
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

/** The script of every frame of a scene. */
async function script(scene) {
  return measure(address, async (page, _, browser) => {
    await play(page, scene);
    await browser.startTracing(page, { categories: ['devtools.timeline'] });
    await page.waitForTimeout(SECONDS * 1000);
    const { traceEvents } = JSON.parse(await browser.stopTracing());
    return scriptPerFrame(traceEvents);
  });
}

/** Counts frames for so long: those of the page, or those in which a worker draws. */
function countFrames({ milliseconds, worker }) {
  return new Promise((resolve) => {
    const ask = requestAnimationFrame;
    let [frames, start] = [-1, 0];
    const count = (now) => {
      start ||= now;
      frames += 1;
      if (now - start >= milliseconds) {
        globalThis.requestAnimationFrame = ask;
        resolve((frames * 1000) / (now - start));
      } else if (!worker) ask(count);
    };
    if (!worker) return ask(count);
    // A worker asks for a frame only when it has something to draw.
    globalThis.requestAnimationFrame = (draw) =>
      ask((now) => {
        count(now);
        draw(now);
      });
  });
}

/** Frames per second of a scene, CPU 4 times slower: the page's, or what is drawn by its worker if that is less. */
async function frames(scene) {
  const watched = async (page) => {
    await play(page, scene);
    const milliseconds = SECONDS * 1000;
    const counts = [page.evaluate(countFrames, { milliseconds, worker: false })];
    for (const worker of page.workers()) counts.push(worker.evaluate(countFrames, { milliseconds, worker: true }));
    return Math.min(...(await Promise.all(counts)));
  };
  return Math.round(await measure(address, watched, { throttle: 4 }));
}

for (const scene of ['standard', 'wide']) {
  const times = await script(scene);
  const part = (part) => quantile(times, part / 100);
  report({
    [`${scene}_script_ms_p50`]: part(50),
    [`${scene}_script_ms_p90`]: part(90),
    [`${scene}_script_ms_p95`]: part(95),
    [`${scene}_script_ms_p99`]: part(99),
    [`${scene}_frames_per_s_throttled`]: await frames(scene),
  });
}
