// Links: what they carry, what is refused, and what an embedded page does.

import { expect, test } from '../harness.js';
import { counts, inspect, jumpToEnd, key, picture, step } from '../person.js';

test('a share link reopens the same state', async ({ open, page }) => {
  await open('?lang=en');
  await inspect(page, 'node b2');
  await page.getByRole('button', { name: 'Kill the process' }).click();
  await key(page, ']');
  await key(page, ']');
  const before = [await step(page), await counts(page), await picture(page)];
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  expect(link).toContain('#v=1');

  const second = await page.context().newPage();
  await second.goto(link);
  await expect(second.locator('html')).toHaveAttribute('data-highwater', 'started');
  expect([await step(second), await counts(second), await picture(second)]).toEqual(before);
});

test('the code to embed is what a course page needs', async ({ open, page }) => {
  await open('?lang=en');
  await page.getByRole('button', { name: 'Share' }).click();
  const code = page.getByRole('textbox', { name: 'HTML' });
  await expect(code).toHaveValue(/^<iframe src="http.*embed=1.*sandbox="allow-scripts".*<\/iframe>$/);
  await page.getByRole('radio', { name: 'The lesson from its start' }).check();
  await expect(code).toHaveValue(/lesson=acks-1-loses-data/);
  await page.getByRole('spinbutton', { name: 'Height' }).fill('480');
  await page.keyboard.press('Tab');
  await expect(code).toHaveValue(/height="480"/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Share' })).toBeFocused();
});

test('an embedded page has stage, verdict and transport only, and plays', async ({ embed }) => {
  const frame = await embed('?embed=1&lesson=acks-1-loses-data&lang=en');
  await expect(frame.locator('[data-testid=stage]')).toBeVisible();
  await expect(frame.locator('[data-count=lost]')).toBeVisible();
  await expect(frame.getByRole('tab')).toHaveCount(0);
  await expect(frame.getByRole('slider', { name: 'acks' })).toHaveCount(0);
  await frame.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '4×' });
  await frame.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(frame.locator('[data-count=lost]')).toHaveAttribute('data-n', '1', { timeout: 60_000 });
});

const BAD = [
  ['?nonsense=1', 'a parameter “nonsense” that this page does not know'],
  ['?lesson=no-such-lesson', 'lesson=no-such-lesson, which is not possible'],
  ['?lang=xx', 'lang=xx, which is not possible'],
  ['?theme=pink&lang=en', 'theme=pink, which is not possible'],
  ['?embed=perhaps', 'embed=perhaps, which is not possible'],
  ['#v=1&lesson=acks-1-loses-data&set=acks:seven', 'share link could not be used'],
  ['#v=1&lesson=acks-1-loses-data&do=5:fly+away', 'share link could not be used'],
  ['#v=99&lesson=acks-1-loses-data', 'share link could not be used'],
  ['#%%%%%&&&==', 'share link could not be used'],
  [`#${'A'.repeat(300_000)}`, 'share link could not be used'],
  ['#v=1&lesson=acks-1-loses-data&at=99999999999999999999', 'share link could not be used'],
];

for (const [query, warning] of BAD) {
  test(`a bad link warns and changes nothing else: ${query.slice(0, 50)}`, async ({ open, page }) => {
    await open(query.includes('lang') ? query : query.startsWith('#') ? `?lang=en${query}` : `${query}&lang=en`);
    await expect(page.getByRole('status', { name: 'Notices' })).toContainText(warning);
    await expect(page.locator('[data-testid=stage]')).toBeVisible();
    expect(await counts(page)).toMatchObject({ promised: 5, safe: 4, lost: 0 });
    const dismiss = page.getByRole('button', { name: /^Dismiss/ });
    for (let left = await dismiss.count(); left > 0; left -= 1) await dismiss.first().click();
    await expect(page.getByText(warning)).toBeHidden();
  });
}

test('going to the end and sharing from there reopens at the end', async ({ open, page }) => {
  await open('?lang=en&lesson=unclean-election');
  await jumpToEnd(page);
  const before = [await step(page), await counts(page)];
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  const second = await page.context().newPage();
  await second.goto(link);
  await expect(second.locator('html')).toHaveAttribute('data-highwater', 'started');
  expect([await step(second), await counts(second)]).toEqual(before);
});
