// What moves: seen in every theme, painted by a worker or by the page, met by pointers and by keyboards.

import { expect, test } from '../harness.js';
import { key } from '../person.js';
import { difference, mostly, pixels } from '../pixels.js';

const NAMES = '.moving button';

/** Steps until a message that says something has just been sent, and returns its name. */
async function untilMessage(page) {
  const objects = () => page.locator(NAMES).evaluateAll((all) => all.map((name) => name.dataset.object));
  for (let steps = 0, before = await objects(); steps < 60; steps += 1) {
    await key(page, '.');
    await resting(page);
    const now = await objects();
    const fresh = now.find((object) => !before.includes(object));
    // The first steps bring a worker along.
    if (fresh && steps > 3) return page.locator(`.moving [data-object="${fresh}"]`);
    before = now;
  }
  throw new Error('no message has come');
}

/** Waits until the page asks for no more frames. */
async function resting(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const clock = () => document.querySelector('.moving').outerHTML + document.querySelector('.transport input').value;
    for (let same = 0, before = clock(); same < 12; before = clock()) {
      await frame();
      same = clock() === before ? same + 1 : 0;
    }
  });
}

/** The pixels of a part of the page, with what moves and without it. */
async function withAndWithout(page, clip) {
  const seen = await pixels(page, clip);
  await page.addStyleTag({ content: '.unpainted .moving canvas { visibility: hidden }' });
  await page.evaluate(() => document.documentElement.classList.add('unpainted'));
  const bare = await pixels(page, clip);
  await page.evaluate(() => document.documentElement.classList.remove('unpainted'));
  return [seen, bare];
}

/** What the custom properties of the stage are on the screen. */
function colours(page, names) {
  return page.locator('.moving').evaluate((element, names) => {
    const probe = element.appendChild(document.createElement('i'));
    const found = names.map((name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    });
    probe.remove();
    return found;
  }, names);
}

const FILLS = ['--card', '--raised', '--water', '--tone', ...Array.from({ length: 8 }, (_, i) => `--tone-${i}`)];
const LOOKS = [
  ['light', '?lang=en&theme=light', {}],
  ['dark', '?lang=en&theme=dark', {}],
  ['projector', '?lang=en&theme=projector', {}],
  ['dark by the system', '?lang=en', { colorScheme: 'dark' }],
  ['forced colours', '?lang=en', { forcedColors: 'active' }],
];

for (const painter of ['a worker', 'the page']) {
  test.describe(`painted by ${painter}`, () => {
    test.beforeEach(async ({ page }) => {
      if (painter === 'the page') await page.addInitScript(() => delete globalThis.Worker);
    });

    for (const [look, query, media] of LOOKS) {
      test(`a message is seen, and the cluster below it: ${look}`, async ({ open, page }) => {
        await page.emulateMedia(media);
        await open(query);
        const message = await (await untilMessage(page)).boundingBox();
        await expect.poll(() => page.workers().length).toBe(painter === 'a worker' ? 1 : 0);
        await expect(page.locator('.moving canvas')).toHaveCount(1);
        const [seen, bare] = await withAndWithout(page, message);
        expect(difference(seen, bare), 'of the message is painted').toBeGreaterThan(0.4);
        expect(await colours(page, FILLS), 'the colours of the theme').toContain(mostly(seen));

        const broker = await page.locator('[data-object="node b2"]').first().boundingBox();
        const [above, below] = await withAndWithout(page, broker);
        expect(difference(above, below), 'of the broker is hidden by what moves').toBeLessThan(0.2);
        const ground = Array.from(above, () => above[above.length - 20]);
        expect(difference(above, ground), 'of the broker is more than its ground').toBeGreaterThan(0.02);
      });
    }

    test('what moves changes its colours with the theme', async ({ open, page }) => {
      await open('?lang=en&theme=light');
      const message = await (await untilMessage(page)).boundingBox();
      const light = mostly(await pixels(page, message));
      await page.locator('.theme-switch select').selectOption({ label: 'Dark' });
      await expect.poll(async () => mostly(await pixels(page, message))).not.toBe(light);
      expect(await colours(page, FILLS)).toContain(mostly(await pixels(page, message)));
    });

    test('nothing is drawn while nothing changes', async ({ open, page }) => {
      await page.addInitScript(() => {
        globalThis.drawn = 0;
        const counted = (owner, name) => {
          const real = owner?.[name];
          if (real) owner[name] = function (...args) { globalThis.drawn += 1; return real.apply(this, args); };
        };
        counted(globalThis, 'requestAnimationFrame');
        counted(globalThis.Worker?.prototype, 'postMessage');
        counted(CanvasRenderingContext2D.prototype, 'clearRect');
        counted(Element.prototype, 'setAttribute');
      });
      await open('?lang=en');
      await key(page, ' ');
      await page.waitForTimeout(1500);
      expect(await page.evaluate(() => globalThis.drawn), 'it counts').toBeGreaterThan(50);
      await key(page, ' ');
      await page.waitForTimeout(3000);
      const before = await page.evaluate(() => globalThis.drawn);
      await page.waitForTimeout(1000);
      expect(await page.evaluate(() => globalThis.drawn)).toBe(before);
    });
  });
}

test('a tab that is not in front costs nothing', async ({ open, page, context }) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable');
  const busy = async (other) => {
    const seconds = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration').value;
    };
    const before = await seconds();
    await other.waitForTimeout(2000);
    return (await seconds()) - before;
  };
  await open('?lang=en&bench=1');
  await page.evaluate(() => window.highwaterBench.stage());
  await page.waitForTimeout(1000);
  const inFront = await busy(page);
  const other = await context.newPage();
  await other.bringToFront();
  await other.waitForTimeout(1000);
  expect(await busy(other), `seconds of two, ${inFront} in front`).toBeLessThan(inFront / 5);
});

test('what moves is printed with the cluster', async ({ open, page }) => {
  await open('?lang=en');
  await untilMessage(page);
  const pictures = async () => {
    const paper = await page.pdf({ printBackground: true });
    return paper.toString('latin1').match(/\/Subtype \/Image/g)?.length ?? 0;
  };
  expect(await pictures()).toBeGreaterThan(0);
  await page.addStyleTag({ content: '.moving canvas { display: none }' });
  expect(await pictures(), 'without what moves').toBe(0);
});

test('a click on a moving message selects it, though it has moved on before the button is up', async ({ open, page }) => {
  await open('?lang=en');
  const name = await untilMessage(page);
  const [called, { x, y, width, height }] = [await name.getAttribute('aria-label'), await name.boundingBox()];
  await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '0.25×' });
  await page.mouse.move(x + width / 2, y + height / 2);
  await expect(page.locator('.moving')).toHaveAttribute('data-over');
  await page.mouse.down();
  await page.locator('.transport .play').evaluate((button) => button.click());
  await expect(page.locator('.moving'), 'it has moved on').not.toHaveAttribute('data-over');
  await page.mouse.up();
  await expect(page.getByRole('tabpanel')).toContainText(called);
});

test('what moves is out of the way of what stands', async ({ open, page }) => {
  await open('?lang=en');
  await page.locator('[data-object="record 3"]').first().click();
  await expect(page.getByRole('tab', { name: 'Selected' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel')).toContainText('m3');
});

test('a message is opened by keyboard, and the focus goes where the message goes', async ({ open, page }) => {
  await open('?lang=en');
  const name = await untilMessage(page);
  const called = await name.getAttribute('aria-label');
  await name.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tabpanel')).toContainText(called);
  const object = await name.getAttribute('data-object');
  for (let steps = 0; steps < 80 && (await page.locator(`[data-object="${object}"]`).count()) > 0; steps += 1) {
    await page.keyboard.press('.');
    await resting(page);
  }
  await expect(page.locator(`[data-object="${object}"]`)).toHaveCount(0);
  await expect(page.locator('.plate:focus')).toHaveCount(1);
});

test('what moves is as sharp as the screen', async ({ browser, baseURL }) => {
  const page = await browser.newPage({ baseURL, deviceScaleFactor: 2 });
  await page.addInitScript(() => delete globalThis.Worker);
  await page.goto('?lang=en');
  const canvas = page.locator('.moving canvas');
  await expect.poll(() => canvas.evaluate((it) => it.width / it.clientWidth)).toBe(2);
  await page.close();
});

test('messages are seen in a sandboxed frame', async ({ embed, page }) => {
  const frame = await embed('?embed=1&lang=en');
  await frame.locator('.transport .play').click();
  const stage = await frame.locator('.stage').boundingBox();
  await page.waitForTimeout(1200);
  await frame.locator('.transport .play').click();
  await page.waitForTimeout(1200);
  const seen = await pixels(page, stage);
  await frame.locator('.moving').evaluate((moving) => (moving.style.visibility = 'hidden'));
  expect(difference(seen, await pixels(page, stage)), 'of the stage is painted').toBeGreaterThan(0.0005);
});
