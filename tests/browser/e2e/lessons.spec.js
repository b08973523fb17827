// Every lesson, from the question to the challenge: by mouse, and again by keyboard alone.

import { expect, test } from '../harness.js';
import { count, finished, key, playToEnd, step, tabTo } from '../person.js';

/** What each lesson comes to, and one setting that meets its challenge. */
const LESSONS = [
  {
    id: 'acks-1-loses-data',
    right: 'It is lost, and the producer never learns of it.',
    lost: 1,
    before: /^[\d.]+ s Producer 1 sends m5/,
    setting: 'acks',
    position: 2,
  },
  {
    id: 'acks-all-survives',
    right: 'It was not acknowledged, so the producer sends it again. It survives.',
    lost: 0,
    before: /^[\d.]+ s Producer 1 sends m5/,
    setting: 'acks',
    position: 1,
  },
  {
    id: 'unclean-election',
    right: 'The partition stays available, and acknowledged records are lost.',
    lost: 2,
    before: /^[\d.]+ s Producer 1 sends m3/,
    setting: 'min.insync.replicas',
    position: 1,
  },
];

for (const lesson of LESSONS) {
  test.describe(lesson.id, () => {
    test.setTimeout(240_000);

    test('by mouse', async ({ open, page }) => {
      await open(`?lesson=${lesson.id}&lang=en`);
      const panel = page.getByRole('tabpanel');

      const answer = panel.getByRole('radio', { name: lesson.right });
      await answer.check();
      await panel.getByRole('button', { name: 'Lock in my answer' }).click();
      await expect(answer).toBeDisabled();
      await expect(panel.getByText('Answer locked in.')).toBeVisible();
      await expect(panel.getByRole('heading', { name: 'Why' })).toBeHidden();

      await playToEnd(page);
      expect(await count(page, 'lost')).toBe(lesson.lost);
      await expect(panel.getByText('Right.', { exact: true })).toBeVisible();
      await expect(panel.locator('.choice.right')).toContainText(lesson.right);
      await expect(panel.getByRole('heading', { name: 'Why' })).toBeVisible();

      // The challenge: back to the moment before, one setting, and the same faults.
      await page.getByRole('tab', { name: 'Story' }).click();
      await page.getByRole('button', { name: /^Show \d+ earlier/ }).click();
      await page.getByRole('tabpanel').getByRole('button', { name: lesson.before }).first().click();
      await page.getByRole('button', { name: 'One step back' }).click();
      await slide(page, lesson.setting, lesson.position);
      await page.getByRole('tab', { name: 'Lesson' }).click();
      await playToEnd(page);
      await expect(panel.getByText('Solved')).toBeVisible();
    });

    test('by keyboard alone', async ({ open, page }) => {
      await open(`?lesson=${lesson.id}&lang=en`);
      const panel = page.getByRole('tabpanel');

      await tabTo(page, panel.getByRole('radio').first());
      const choices = await panel.getByRole('radio').count();
      for (let moves = 0; moves < choices; moves += 1) {
        await page.keyboard.press(moves === 0 ? 'Space' : 'ArrowDown');
        if (await panel.getByRole('radio', { name: lesson.right }).isChecked()) break;
      }
      await expect(panel.getByRole('radio', { name: lesson.right })).toBeChecked();
      await tabTo(page, panel.getByRole('button', { name: 'Lock in my answer' }));
      await page.keyboard.press('Enter');
      await expect(panel.getByText('Answer locked in.')).toBeVisible();

      await key(page, '5');
      await key(page, 'Space');
      await finished(page);
      expect(await count(page, 'lost')).toBe(lesson.lost);
      await expect(panel.getByText('Right.', { exact: true })).toBeVisible();

      // The challenge: the opening is before the fault, Home before everything.
      await key(page, 'Home');
      expect(await step(page)).toBe(0);
      const slider = page.getByRole('slider', { name: lesson.setting });
      await tabTo(page, slider);
      await page.keyboard.press('Home');
      for (let presses = 0; presses < lesson.position; presses += 1) await page.keyboard.press('ArrowRight');
      await expect(slider).toHaveValue(String(lesson.position));
      await key(page, 'Space');
      await finished(page);
      await expect(panel.getByText(/^Solved$|Too much changed/)).toBeVisible();
    });
  });
}

/** Sets a slider as a mouse does: with a click on its track. */
async function slide(page, setting, position) {
  const slider = page.getByRole('slider', { name: setting });
  const last = Number(await slider.getAttribute('max'));
  const { width, height } = await slider.boundingBox();
  const ends = 9; // half a handle
  await slider.click({ position: { x: ends + ((width - 2 * ends) * position) / last, y: height / 2 } });
  await expect(slider).toHaveValue(String(position));
}
