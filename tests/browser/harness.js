// What every browser test starts from: `import { expect, test } from '../harness.js'`.

import { once } from 'node:events';
import { createServer } from 'node:http';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect } from '@playwright/test';
import { url } from './chromium.js';

export { expect };

export const test = base.extend({
  /** Console errors that a test provokes on purpose, as regular expressions. */
  expectedErrors: [[], { option: true }],

  /** Fails any test during which a page, frame or worker reports an error. */
  noErrors: [
    async ({ context, expectedErrors }, use) => {
      const errors = [];
      const note = (text) => expectedErrors.some((expected) => expected.test(text)) || errors.push(text);
      context.on('console', (message) => message.type() === 'error' && note(message.text()));
      context.on('weberror', (error) => note(String(error.error())));
      await use();
      expect(errors, 'errors in the console').toEqual([]);
    },
    { auto: true },
  ],

  /** `await open('?lesson=…')`: the page, once it has started. */
  open: async ({ page }, use) => {
    await use(async (query = '') => {
      await page.goto(query || './');
      await started(page);
    });
  },

  /** The address of a course page, of another origin, that embeds what its query says in a sandboxed iframe. */
  course: [
    async ({}, use) => {
      const server = createServer((request, response) => {
        const query = new URL(request.url, url).searchParams;
        const src = new URL(query.get('src'), url).href.replaceAll('&', '&amp;');
        const size = `width="${query.get('width')}" height="${query.get('height')}"`;
        const frame = `<iframe title="Highwater" sandbox="allow-scripts" ${size} src="${src}"></iframe>`;
        response.setHeader('content-type', 'text/html');
        response.end(`<!doctype html><html lang="en"><title>A course</title><main><h1>A course</h1>${frame}</main></html>`);
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      await use(`http://127.0.0.1:${server.address().port}/`);
      server.close();
    },
    { scope: 'worker' },
  ],

  /** `await embed('?embed=1')`: the page inside a course page, once it has started; use it like a page. */
  embed: async ({ course, page }, use) => {
    await use(async (src = '', width = 960, height = 600) => {
      await page.goto(`${course}?${new URLSearchParams({ src, width, height })}`);
      const content = page.frameLocator('iframe');
      await started(content);
      return content;
    });
  },

  /** `await axe()`: no accessibility rule is broken, in WCAG 2.2 AA or in axe's best practices. */
  axe: async ({ page }, use) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    await use(async () => {
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
      const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join('\n  ')}`);
      expect(found, 'axe').toEqual([]);
    });
  },
});

/** Waits until the WASM of a page or frame has started. */
export async function started(page) {
  await expect(page.locator('html')).toHaveAttribute('data-highwater', 'started');
}
