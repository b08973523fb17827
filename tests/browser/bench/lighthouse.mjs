// Lighthouse, as it judges by default: a phone on a slow network.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { chromium } from '@playwright/test';
import lighthouse from 'lighthouse';
import { launchOptions, url } from '../chromium.js';
import { report } from './measure.mjs';

const free = createServer();
await once(free.listen(0, '127.0.0.1'), 'listening');
const { port } = free.address();
free.close();

const args = [...launchOptions.args, `--remote-debugging-port=${port}`];
const browser = await chromium.launch({ ...launchOptions, args });
try {
  const onlyCategories = ['performance', 'accessibility', 'best-practices'];
  const { lhr } = await lighthouse(url, { port, onlyCategories, logLevel: 'error' });
  const score = (category) => Math.round(lhr.categories[category].score * 100);
  report({
    lighthouse_performance: score('performance'),
    lighthouse_accessibility: score('accessibility'),
    lighthouse_best_practices: score('best-practices'),
  });
  for (const { auditRefs } of Object.values(lhr.categories)) {
    for (const { id, weight } of auditRefs) {
      const { score, title, displayValue = '' } = lhr.audits[id];
      if (weight > 0 && score !== null && score < 1) console.error(`lighthouse: ${score} ${title} ${displayValue}`);
    }
  }
} finally {
  await browser.close();
}
