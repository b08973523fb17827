// Parts of the page that come when they are looked at: their files may fail to come, come from anywhere, be called
// anything, or be gone because the page was published anew.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { url } from '../chromium.js';
import { expect, started, test } from '../harness.js';
import { key, step, tab } from '../person.js';

const PARTS = /\/part_[^/]*\.wasm$/;

/** The address of a server that hands over the page's files from below a path, changed as a test wants. */
async function elsewhere(use, change, path = '/') {
  const server = createServer(async (request, response) => {
    const name = request.url.split(/[?#]/)[0];
    if (!name.startsWith(path)) return response.writeHead(404).end();
    const file = await fetch(new URL(name.slice(path.length), url));
    const answer = { status: file.status, type: file.headers.get('content-type'), body: Buffer.from(await file.arrayBuffer()) };
    change(name, answer);
    response.writeHead(answer.status, { 'content-type': answer.type ?? '', 'access-control-allow-origin': '*' });
    response.end(answer.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await use(`http://127.0.0.1:${server.address().port}${path}`);
  } finally {
    server.close();
  }
}

/** Every tab and a dialog show what they are for. */
async function everythingComes(page) {
  await key(page, ']');
  await tab(page, 'Story');
  await expect(page.getByRole('tabpanel').getByRole('listitem').first()).toBeVisible();
  await tab(page, 'Offsets');
  await expect(page.getByRole('combobox', { name: 'Partition' })).toBeVisible();
  await tab(page, 'Settings');
  await expect(page.getByRole('searchbox', { name: 'Find a setting' })).toBeVisible();
  await tab(page, 'Selected');
  await expect(page.getByRole('tabpanel').locator('.inspector')).toBeVisible();
  await key(page, '?');
  await expect(page.getByRole('dialog', { name: 'Help and keys' })).toBeVisible();
  await page.keyboard.press('Escape');
}

test('a panel is busy until its part is here', async ({ page }) => {
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  await page.route(PARTS, async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto('./?lang=en');
  await started(page);
  await tab(page, 'Settings');
  const panel = page.getByRole('tabpanel');
  await expect(panel.locator('[aria-busy=true]')).toHaveText('Loading …');
  open();
  await expect(panel.getByRole('searchbox', { name: 'Find a setting' })).toBeVisible();
  await expect(panel.locator('[aria-busy=true]')).toHaveCount(0);
});

test.describe('when a part does not come', () => {
  test.use({ expectedErrors: [/Failed to load resource/] });

  test('the panel says so, offers to try again, and the rest of the page works', async ({ axe, page }) => {
    let down = true;
    await page.route(PARTS, (route) => (down ? route.abort() : route.continue()));
    await page.goto('./?lang=en');
    await started(page);
    await tab(page, 'Settings');
    const panel = page.getByRole('tabpanel');
    await expect(panel.getByRole('alert')).toContainText('This part of the page could not be loaded.');
    await axe();
    const before = await step(page);
    await page.getByRole('button', { name: 'One step forward' }).click();
    await expect.poll(() => step(page)).toBe(before + 1);
    await key(page, '?');
    await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    down = false;
    await panel.getByRole('button', { name: 'Try again' }).click();
    await expect(panel.getByRole('searchbox', { name: 'Find a setting' })).toBeVisible();
  });

  test('because the page was published anew, it offers to reload, and comes back to the same moment', async ({ page }) => {
    let published = false;
    const isNew = (name, answer) => {
      // The new release is a page that works.
      if (name === '/') published = false;
      if (!published) return;
      if (PARTS.test(name)) Object.assign(answer, { status: 404, body: Buffer.from('gone') });
      if (name.endsWith('/parts.js')) answer.body = Buffer.from('// of another build');
    };
    await elsewhere(async (address) => {
      await page.route(PARTS, (route) => (published ? route.continue() : route.abort()));
      await page.goto(`${address}?lang=en`);
      await started(page);
      const place = (await step(page)) + 1;
      await page.getByRole('button', { name: 'One step forward' }).click();
      await expect.poll(() => step(page)).toBe(place);
      published = true;
      await tab(page, 'Settings');
      const panel = page.getByRole('tabpanel');
      await expect(panel.getByRole('alert')).toContainText('Highwater has been updated');
      await page.unroute(PARTS);
      await panel.getByRole('button', { name: 'Reload' }).click();
      await expect(page).toHaveURL(/#v=1/);
      await started(page);
      expect(await step(page)).toBe(place);
      await everythingComes(page);
    }, isNew);
  });
});

test('parts come whatever the server calls them, and from below any path', async ({ page }) => {
  const strange = (name, answer) => {
    if (name.endsWith('.wasm')) answer.type = 'application/octet-stream';
  };
  await elsewhere(async (address) => {
    await page.goto(`${address}?lang=en`);
    await started(page);
    await everythingComes(page);
  }, strange, '/course/week%201/kafka/');
});

test('parts come from where the scripts come from', async ({ page }) => {
  await elsewhere(async (cdn) => {
    const away = (name, answer) => {
      if (name !== '/') return;
      const text = answer.body.toString().replaceAll(/(href|src)="(?=[\w./]+\?v=)/g, `$1="${cdn}`);
      answer.body = Buffer.from(text);
    };
    await elsewhere(async (address) => {
      const from = [];
      page.on('request', (request) => PARTS.test(request.url()) && from.push(new URL(request.url()).origin));
      await page.goto(`${address}?lang=en`);
      await started(page);
      await everythingComes(page);
      expect(new Set(from)).toEqual(new Set([new URL(cdn).origin]));
    }, away);
  }, () => {});
});

test('parts come ahead of their use, so that the page works on without a network', async ({ context, page }) => {
  await page.goto('./?lang=en');
  await started(page);
  const scripts = await (await fetch(new URL('parts.js', url))).text();
  const ahead = new Set(scripts.match(/const AHEAD = .*/)[0].match(/part_[^']*/g));
  expect(ahead.size).toBeGreaterThan(5);
  await expect
    .poll(() => page.evaluate(() => performance.getEntriesByType('resource').filter((it) => it.name.includes('/part_') && it.responseEnd > 0).length))
    .toBe(ahead.size);
  await context.setOffline(true);
  await everythingComes(page);
  await page.locator('.lesson-button').click();
  await page.getByRole('dialog').getByRole('button', { name: /unclean/i }).click();
  await expect(page.locator('.lesson-button')).toContainText('unclean', { ignoreCase: true });
});

test('parts come in a sandboxed frame', async ({ embed }) => {
  const frame = await embed('?lang=en', 1200, 900);
  await frame.getByRole('tab', { name: 'Settings' }).click();
  await expect(frame.getByRole('searchbox', { name: 'Find a setting' })).toBeVisible();
  await frame.getByRole('button', { name: 'Help and keys' }).click();
  await expect(frame.getByRole('dialog', { name: 'Help and keys' })).toBeVisible();
});
