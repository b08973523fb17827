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
  // No more parts are fetched then.
  await page.goto('about:blank');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('the page starts when the server does not know what WASM is', async ({ open, page }) => {
  await page.route('**/*.wasm*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-type': 'application/octet-stream' } });
  });
  await open();
  await page.goto('about:blank');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
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

test.describe('the first picture', () => {
  /** Holds the page back as it is before WASM has started. */
  test.beforeEach(({ page }) => page.route('**/*.wasm*', () => {}));
  const stage = (page) => page.locator('.first [data-testid=stage], .first .stage').first();

  test('stands there before the page starts, without words, and with nothing to press', async ({ page }) => {
    await page.goto('./', { waitUntil: 'commit' });
    await expect(stage(page).locator('svg').first()).toBeVisible();
    for (const record of ['m1', 'm5']) await expect(stage(page).getByText(record, { exact: true }).first()).toBeVisible();
    const knob = page.locator('.first input[type=range]').first();
    expect(Number(await knob.inputValue()), 'the knob stands where the lesson opens').toBeGreaterThan(0);
    expect(await knob.inputValue()).toBe(await knob.getAttribute('value'));
    await expect(page.locator('.first')).toHaveAttribute('aria-hidden', 'true');
    expect(await page.getByRole('button').count()).toBe(0);
    // Of what both languages have words for, none is seen.
    expect(await page.locator('.first').innerText()).not.toMatch(/Predict|Broker|Lesson|Settings|预测/);
  });

  for (const query of ['?lesson=unclean-election', '?embed=1', '#v=1&at=3']) {
    test(`is not there where the address asks for something else: ${query}`, async ({ page }) => {
      await page.goto(`./${query}`, { waitUntil: 'commit' });
      await expect(page.getByText('Highwater is starting')).toBeVisible();
      await expect(page.locator('.first')).toBeHidden();
    });
  }

  test('has the colours that the reader has chosen', async ({ page }) => {
    await page.goto('./?theme=dark', { waitUntil: 'commit' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await page.evaluate(() => localStorage.setItem('highwater.theme', 'projector'));
    await page.goto('./', { waitUntil: 'commit' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'projector');
  });
});

test('the page takes over from the first picture without moving anything', async ({ open, page }) => {
  await page.addInitScript(() => {
    window.places = [];
    window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((it) => (window.shift += it.value))).observe({ type: 'layout-shift', buffered: true });
    const note = () => {
      const stage = document.querySelector('.stage');
      const seen = stage && [...stage.querySelectorAll('svg')].some((svg) => svg.childElementCount > 1);
      // It has no room until the picture is whole.
      const room = stage?.getBoundingClientRect();
      if (room?.width) window.places.push([seen, JSON.stringify(room)]);
      if (window.places.length < 60) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  await open('?lang=en');
  await page.waitForFunction(() => window.places.length >= 30);
  const places = await page.evaluate(() => window.places);
  // In no frame is the stage empty, or elsewhere.
  expect(places.filter(([seen]) => !seen)).toEqual([]);
  expect(new Set(places.map(([, place]) => place)).size).toBe(1);
  expect(await page.evaluate(() => window.shift)).toBe(0);
});
