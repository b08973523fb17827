// What a person in front of the page sees and does, in the page's own words (English).

import { expect } from './harness.js';

/** How long a lesson may take at the highest speed. */
const A_RUN = 90_000;

/** A number of the verdict bar. */
export async function count(page, name) {
  return Number(await page.locator(`[data-count="${name}"]`).getAttribute('data-n'));
}

/** All numbers of the verdict bar. */
export function counts(page) {
  return page.locator('[data-count]').evaluateAll((all) => Object.fromEntries(all.map((one) => [one.dataset.count, Number(one.dataset.n)])));
}

/** The step of the timeline the page is at. */
export async function step(page) {
  return Number(await page.getByRole('slider', { name: 'Timeline' }).inputValue());
}

/** What the stage shows, stripped of what moves and of what is selected or focused. */
export function picture(page) {
  return page.locator('[data-testid=stage]').evaluate((stage) => {
    const seen = [...stage.querySelectorAll('[data-object]')].filter((one) => !one.dataset.object.startsWith('message'));
    return seen.map((one) => `${one.dataset.object}: ${one.getAttribute('aria-label')} ${one.textContent}`).join('\n');
  });
}

/** Opens a tab of the side panel. */
export async function tab(page, name) {
  await page.getByRole('tab', { name, exact: true }).click();
  await expect(page.getByRole('tab', { name, exact: true })).toHaveAttribute('aria-selected', 'true');
}

/** Plays at the highest speed until the lesson is over. */
export async function playToEnd(page) {
  await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '4×' });
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await finished(page);
}

/** Waits until the lesson is over. */
export async function finished(page) {
  await expect(page.getByRole('button', { name: 'Play again' })).toBeVisible({ timeout: A_RUN });
}

/** Goes from marker to marker until the lesson is over: quicker than playing it. */
export async function jumpToEnd(page) {
  const again = page.getByRole('button', { name: 'Play again' });
  const next = page.getByRole('button', { name: 'To the next marker' });
  for (let jumps = 0; jumps < 100 && !(await again.isVisible()); jumps += 1) {
    if (!(await next.isEnabled())) break;
    await next.click();
  }
  if (!(await again.isVisible())) await playToEnd(page);
}

/** Presses a key with the focus in the page and on nothing that needs it. */
export async function key(page, name) {
  await page.locator('[data-testid=stage] [tabindex="0"]').first().focus();
  await page.keyboard.press(name);
}

/** Moves the focus with Tab until it is on something, as somebody without a mouse does. */
export async function tabTo(page, locator, most = 80) {
  for (let presses = 0; presses < most; presses += 1) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${locator}`);
}

/** Opens an object of the stage with the keyboard: `node b2`, `replica 1 0`, `record 5`. */
export async function inspect(page, object) {
  await page.locator(`[data-object="${object}"][role=button]`).first().focus();
  await page.keyboard.press('Enter');
}
