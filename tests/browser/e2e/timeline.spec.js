// Forward, back, branches, settings: what is shown follows what is done.

import { expect, test } from '../harness.js';
import { count, counts, inspect, jumpToEnd, key, picture, playToEnd, step, tab } from '../person.js';

test('the first visit is one step before a loss, paused, with one question', async ({ open, page }) => {
  await open('?lang=en');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(page.getByRole('group', { name: /Predict/ })).toBeVisible();
  expect(await counts(page)).toMatchObject({ promised: 5, safe: 4, lost: 0 });
  const before = await step(page);
  await page.waitForTimeout(700);
  expect(await step(page), 'nothing moves by itself').toBe(before);
});

test('a step back returns to the same picture', async ({ open, page }) => {
  await open('?lang=en');
  const seen = [];
  for (let steps = 0; steps < 12; steps += 1) {
    seen.push([await step(page), await counts(page), await picture(page)]);
    await page.getByRole('button', { name: 'One step forward' }).click();
    await expect.poll(() => step(page)).toBe(seen.at(-1)[0] + 1);
  }
  while (seen.length > 0) {
    await page.getByRole('button', { name: 'One step back' }).click();
    const [place, numbers, stage] = seen.pop();
    await expect.poll(() => step(page)).toBe(place);
    expect(await counts(page)).toEqual(numbers);
    await expect.poll(() => picture(page)).toBe(stage);
  }
});

test('markers lead to the loss and back', async ({ open, page }) => {
  await open('?lang=en');
  const start = await step(page);
  for (let jumps = 0; jumps < 20 && (await count(page, 'lost')) === 0; jumps += 1) await key(page, ']');
  expect(await count(page, 'lost')).toBe(1);
  await key(page, '[');
  expect(await count(page, 'lost')).toBe(0);
  for (let jumps = 0; jumps < 20 && (await step(page)) > start; jumps += 1) await key(page, '[');
  expect(await step(page)).toBeLessThanOrEqual(start);
});

test('sliders change the outcome: acks=all keeps the record that acks=1 loses', async ({ open, page }) => {
  test.setTimeout(120_000);
  await open('?lang=en');
  await key(page, 'Home');
  const slider = page.getByRole('slider', { name: 'acks' });
  await slider.fill('2');
  await expect(page.getByText('all: when every in-sync replica has it.')).toBeVisible();
  await playToEnd(page);
  expect(await counts(page)).toMatchObject({ lost: 0, promised: 6, safe: 6 });
});

test('acting in the past grows a branch, and the other future is kept', async ({ open, page }) => {
  await open('?lang=en');
  await jumpToEnd(page);
  expect(await count(page, 'lost')).toBe(1);
  await key(page, 'Home');
  await page.getByRole('slider', { name: 'acks' }).fill('2');
  await expect(page.getByRole('status').filter({ hasText: 'a branch began here' })).toBeVisible();
  const branches = page.getByRole('combobox', { name: 'Branch' });
  await expect(branches.getByRole('option')).toHaveCount(2);
  await jumpToEnd(page);
  expect(await count(page, 'lost')).toBe(0);
  await branches.selectOption({ index: 0 });
  await jumpToEnd(page);
  expect(await count(page, 'lost')).toBe(1);
});

test('a number of the verdict opens its records, and a record why it was lost', async ({ open, page }) => {
  await open('?lang=en');
  await jumpToEnd(page);
  await page.getByRole('button', { name: /1 lost/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Records: lost (1)' });
  await expect(dialog.getByRole('row')).toHaveCount(2);
  await dialog.getByRole('button', { name: 'm5 · Why?' }).click();
  await expect(dialog).toBeHidden();
  const why = page.getByRole('tabpanel', { name: 'Why' });
  await expect(why.getByRole('heading', { level: 2 })).toContainText('m5');
  await expect(why.getByRole('img', { name: /Space–time diagram/ })).toBeVisible();
  const causes = why.getByRole('listitem');
  await expect(causes.first()).toContainText('Producer 1 sends m5');
  await expect(causes.filter({ hasText: 'Broker 1 is killed' })).toHaveCount(1);
  await expect(causes.last()).toContainText('this decided it');
  // Going back to the first cause keeps the chain.
  const chain = await causes.count();
  await causes.first().getByRole('button').click();
  expect(await count(page, 'lost')).toBe(0);
  await expect(causes).toHaveCount(chain);
});

test('a setting is refused beside its field and changes nothing', async ({ open, page }) => {
  await open('?lang=en');
  await tab(page, 'Settings');
  await page.getByRole('searchbox', { name: 'Find a setting' }).fill('replica.lag');
  await expect(page.getByText('1 found')).toBeVisible();
  const field = page.getByRole('textbox', { name: 'replica.lag.time.max.ms' });
  await field.fill('0');
  await field.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'Not changed: 0 is out of range' })).toBeVisible();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await field.fill('5000');
  await field.press('Enter');
  await expect(page.getByText('= 5 s')).toBeVisible();
  await expect(field).toHaveAttribute('aria-invalid', 'false');
});

test('a broker can be selected, inspected and killed by keyboard', async ({ open, page }) => {
  await open('?lang=en');
  await inspect(page, 'node b3');
  const panel = page.getByRole('tabpanel', { name: 'Selected' });
  await expect(panel.getByRole('heading', { name: 'Broker 3' })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Start again' })).toBeDisabled();
  await expect(panel.getByText('Not now: broker 3 is running')).toBeVisible();
  await panel.getByRole('button', { name: 'Kill the process' }).press('Enter');
  await expect(panel.getByText('stopped')).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Start again' })).toBeEnabled();
});

test('the story tells what happened, and a line leads there', async ({ open, page }) => {
  await open('?lang=en');
  await jumpToEnd(page);
  await tab(page, 'Story');
  const end = await step(page);
  const line = page.getByRole('tabpanel').getByRole('button', { name: /^[\d.]+ s The controller elects broker 2/ });
  await line.click();
  expect(await step(page)).toBeLessThan(end);
});

test('the chart is there as a table, too', async ({ open, page }) => {
  await open('?lang=en');
  await tab(page, 'Offsets');
  await expect(page.getByRole('img', { name: /Each replica of orders-0/ }).locator('svg polyline').first()).toBeAttached();
  await page.getByText('As a table').click();
  await expect(page.getByRole('row', { name: 'broker 1 leader 5 4' })).toBeVisible();
});
