// What the measurements share.

import { chromium } from '@playwright/test';
import { launchOptions } from '../chromium.js';

/** Opens a page in a fresh browser, hands it over with its DevTools session, and returns what came of it. */
export async function measure(address, action, { throttle = 1, prepare = async () => {} } = {}) {
  const browser = await chromium.launch(launchOptions);
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle });
    await prepare(page, devtools);
    await page.goto(address);
    return await action(page, devtools, browser);
  } finally {
    await browser.close();
  }
}

/** Waits until the page has started, and for its measuring functions. */
export async function started(page) {
  await page.waitForSelector('html[data-highwater=started]', { state: 'attached' });
  await page.waitForFunction(() => window.highwaterBench, null, { timeout: 5000 }).catch(() => {
    throw new Error('the page offers no window.highwaterBench');
  });
}

/** The value below which this part of the values lies. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** Prints figures for `cargo xtask bench` to read. */
export function report(figures) {
  console.log(JSON.stringify(figures));
}
