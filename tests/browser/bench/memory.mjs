// What the page holds after a minute of play: JavaScript, DOM and WASM, garbage apart.

import { url } from '../chromium.js';
import { measure, report, started } from './measure.mjs';

await measure(`${url}?bench=1`, async (page, devtools) => {
  await started(page);
  await page.evaluate(() => window.highwaterBench.stage());
  await page.waitForTimeout(60_000);
  await devtools.send('HeapProfiler.collectGarbage');
  const heap = await devtools.send('Runtime.getHeapUsage');
  const wasm = await page.evaluate(() => window.highwaterMemory.buffer.byteLength);
  const script = heap.usedSize + (heap.embedderHeapUsedSize ?? 0);
  report({ script_mb: script / 1e6, wasm_mb: wasm / 1e6, memory_mb: (script + wasm) / 1e6 });
});
