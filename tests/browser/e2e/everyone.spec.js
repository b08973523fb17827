// For everyone: axe in every corner, both languages, every theme, narrow screens, no motion.

import { expect, test } from '../harness.js';
import { inspect, jumpToEnd, key } from '../person.js';

const LANGUAGES = ['en', 'zh'];

for (const lang of LANGUAGES) {
  for (const theme of ['light', 'dark', 'projector']) {
    test(`axe finds nothing: ${lang}, ${theme}`, async ({ open, axe, page }) => {
      test.setTimeout(120_000);
      await open(`?lang=${lang}&theme=${theme}`);
      await axe();
      // At the moment of loss, with every panel.
      for (let jumps = 0; jumps < 20 && (await page.locator('[data-count=lost]').getAttribute('data-n')) === '0'; jumps += 1) {
        await key(page, ']');
      }
      await inspect(page, 'node b2');
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click();
        await axe();
      }
    });
  }

  test(`axe finds nothing in dialogs: ${lang}`, async ({ open, axe, page }) => {
    await open(`?lang=${lang}`);
    const dialogs = [
      () => key(page, '?'),
      () => page.locator('[data-count=promised]').click(),
      () => page.locator('.lesson-button').click(),
      () => page.getByRole('button', { name: /^(Share|分享)$/ }).click(),
    ];
    for (const show of dialogs) {
      await show();
      await expect(page.getByRole('dialog')).toBeVisible();
      await axe();
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toBeHidden();
    }
  });
}

test('the language is switched live, and nothing is lost', async ({ open, page }) => {
  await open('?lang=en');
  await inspect(page, 'node b2');
  const place = await page.getByRole('slider', { name: 'Timeline' }).inputValue();
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await expect(page.getByRole('slider', { name: '时间线' })).toHaveValue(place);
  await expect(page.getByRole('button', { name: '杀掉进程' })).toBeVisible();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('button', { name: 'Kill the process' })).toBeVisible();
});

test('in Chinese no English sentence is left', async ({ open, page }) => {
  await open('?lang=zh');
  await jumpByKey(page);
  await inspect(page, 'node b2');
  const found = new Set();
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    for (const text of await englishSentences(page)) found.add(text);
  }
  await key(page, '?');
  for (const text of await englishSentences(page)) found.add(text);
  expect([...found]).toEqual([]);
});

async function jumpByKey(page) {
  for (let jumps = 0; jumps < 12; jumps += 1) await key(page, ']');
}

/** Texts and labels with several English words and no Chinese character; names, code and keys do not count. */
function englishSentences(page) {
  return page.evaluate(() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.parentElement.closest('code, kbd, textarea, script, style, noscript, [lang=en]')) texts.push(node.textContent);
    }
    for (const attribute of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) {
      for (const element of document.querySelectorAll(`[${attribute}]`)) texts.push(element.getAttribute(attribute));
    }
    return texts.map((text) => text.trim()).filter((text) => !/[\u3400-\u9fff]/.test(text) && /[a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(text));
  });
}

for (const lang of LANGUAGES) {
  test(`the page fits a screen of 360 px: ${lang}`, async ({ open, axe, page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open(`?lang=${lang}`);
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, 'pixels beyond the right edge').toBe(0);
    }
    await page.evaluate(() => scrollTo(0, 0));
    await expect(page.locator('[data-testid=stage]')).toBeInViewport();
    await axe();
  });
}

test('with reduced motion the same states come as discrete steps', async ({ open, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open('?lang=en');
  await jumpToEnd(page);
  await expect(page.locator('[data-count=lost]')).toHaveAttribute('data-n', '1');
});

test('the page never takes the focus or keys before somebody enters it', async ({ open, page }) => {
  await open('?lang=en');
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  const place = page.getByRole('slider', { name: 'Timeline' });
  const before = await place.inputValue();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await page.waitForTimeout(300);
  await expect(place).toHaveValue(before);
});
