// The page starts where it can, and says why where it cannot.

import { expect, test } from '../harness.js';

test('the page starts', async ({ open, page }) => {
  await open();
  await expect(page).toHaveTitle(/Highwater/);
});

test('the page starts in a sandboxed iframe', async ({ embed, page }) => {
  await embed('?embed=1');
  expect(await page.evaluate(() => document.activeElement === document.body), 'the course keeps its focus').toBe(true);
});

test('the page starts below any path', async ({ open, page, baseURL }) => {
  const course = new URL('/course/week-3/', baseURL).href;
  await page.route(`${course}**`, async (route) => {
    const response = await route.fetch({ url: route.request().url().replace('/course/week-3/', '/') });
    await route.fulfill({ response });
  });
  await open(course);
});

test('the page starts when the server does not know what WASM is', async ({ open, page }) => {
  await page.route('**/*.wasm*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-type': 'application/octet-stream' } });
  });
  await open();
});

test.describe('without WASM', () => {
  test.use({ expectedErrors: [/404|Failed to load resource/] });

  test('the page says in both languages that it cannot start', async ({ axe, page }) => {
    await page.route('**/*.wasm*', (route) => route.fulfill({ status: 404 }));
    await page.goto('./');
    await expect(page.getByRole('alert')).toContainText('Highwater could not start');
    await expect(page.getByRole('alert')).toContainText('无法启动');
    await expect(page.getByRole('alert')).toContainText('404');
    await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible();
    await axe();
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page says in both languages that it needs it', async ({ page }) => {
    await page.goto('./');
    const seen = { useInnerText: true };
    await expect(page.locator('noscript').last()).toContainText('JavaScript is off', seen);
    await expect(page.locator('noscript').last()).toContainText('JavaScript 已被禁用', seen);
    await expect(page.locator('#boot-trouble')).toBeHidden();
  });
});
