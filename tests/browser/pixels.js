// What is really to be seen: pixels of a screenshot.

/** The pixels of a part of the page as numbers, `0xrrggbb`, from left to right and top to bottom. */
export async function pixels(page, clip) {
  const whole = Object.fromEntries(Object.entries(clip).map(([side, value]) => [side, Math.round(value)]));
  const png = (await page.screenshot({ clip: whole })).toString('base64');
  // The page decodes its own picture: nothing else here can.
  return page.evaluate(async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return Array.from({ length: data.length / 4 }, (_, i) => (data[i * 4] << 16) | (data[i * 4 + 1] << 8) | data[i * 4 + 2]);
  }, png);
}

const parts = (pixel) => [pixel >> 16, (pixel >> 8) & 255, pixel & 255];

/** The part of these pixels, 0 to 1, that have another colour than those. */
export function difference(these, those) {
  const differs = (a, b) => parts(a).reduce((sum, part, i) => sum + Math.abs(part - parts(b)[i]), 0) > 24;
  return these.filter((pixel, i) => differs(pixel, those[i])).length / these.length;
}

/** The colour that most of these pixels have, as `rgb(1, 2, 3)`. */
export function mostly(these) {
  const counts = new Map();
  for (const pixel of these) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const [[pixel]] = [...counts].toSorted(([, a], [, b]) => b - a);
  return `rgb(${parts(pixel).join(', ')})`;
}
