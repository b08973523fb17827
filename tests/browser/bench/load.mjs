// The first load: bytes over the wire, and the times until the stage is seen and the page can be used.

import { url } from '../chromium.js';
import { measure, quantile, report } from './measure.mjs';

const RUNS = 9;
const gzip = process.env.HIGHWATER_GZIP_URL;

/** Bytes of every answer, headers and all: of what comes first, and of the parts that come later. */
async function bytes() {
  const sums = { first_load_bytes: 0, later_bytes: 0 };
  const prepare = async (_, devtools) => {
    const later = new Set();
    await devtools.send('Network.enable');
    devtools.on('Network.requestWillBeSent', ({ requestId, request }) => request.url.includes('/part_') && later.add(requestId));
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      sums[later.has(requestId) ? 'later_bytes' : 'first_load_bytes'] += encodedDataLength;
    });
  };
  await measure(url, (page) => page.waitForLoadState('networkidle'), { prepare });
  return sums;
}

/**
 * Milliseconds from navigation until the stage is painted, until the largest text is, and until a press of Play is
 * answered; and how much has moved in the meantime.
 */
async function times(throttle) {
  const prepare = (page) =>
    page.addInitScript(() => {
      window.seen = { shift: 0 };
      // A frame with the stage in it has been painted when the task after the frame runs.
      const look = () => {
        if (document.querySelector('.stage svg')?.childElementCount) {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => (window.seen.stage ??= performance.now());
          requestAnimationFrame(() => port2.postMessage(0));
        } else requestAnimationFrame(look);
      };
      look();
      const observe = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
      observe('largest-contentful-paint', (entry) => (window.seen.largest = entry.startTime));
      observe('layout-shift', (entry) => (window.seen.shift += entry.value));
      new MutationObserver((_, observer) => {
        if (document.documentElement.dataset.highwater !== 'started') return;
        observer.disconnect();
        window.seen.usable = performance.now();
      }).observe(document, { subtree: true, attributeFilter: ['data-highwater'] });
    });
  const all = [];
  for (let run = 0; run < RUNS; run += 1) {
    const seen = async (page) => {
      await page.waitForFunction(() => window.seen.stage && window.seen.usable);
      await page.waitForTimeout(500);
      return page.evaluate(() => window.seen);
    };
    all.push(await measure(gzip, seen, { throttle, prepare }));
  }
  const median = (key) => quantile(all.map((one) => one[key]), 0.5);
  return { stage: median('stage'), usable: median('usable'), largest: median('largest'), shift: Math.max(...all.map((one) => one.shift)) };
}

report(await bytes());
const fast = await times(1);
const slow = await times(4);
report({ stage_ms: fast.stage, usable_ms: fast.usable, lcp_ms: fast.largest });
report({ stage_ms_throttled: slow.stage, usable_ms_throttled: slow.usable, lcp_ms_throttled: slow.largest });
report({ layout_shift: Math.max(fast.shift, slow.shift) });
