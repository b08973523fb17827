// Brings the parts of the page that come when they are looked at: files of WASM beside the page's own, which share its
// memory and its functions. The page asks for one by name, and is called back with whether it came.
import { initSync } from './highwater.js?v=__BUILD__';

/** Files that are here or on their way. */
const files = new Map();

async function instantiate(file) {
  const address = new URL(file, import.meta.url);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  // Few bytes, and compiled as such: whatever the server calls them.
  return WebAssembly.instantiate(await response.arrayBuffer(), { __wasm_split: page() });
}

/** The exports of the page, which has started: nothing else asks for parts. */
function page() {
  return initSync();
}

/** Fetches a file once; one that failed may be asked for again. */
function load(file) {
  if (!files.has(file)) {
    const loading = instantiate(file);
    loading.catch(() => files.delete(file));
    files.set(file, loading);
  }
  return files.get(file);
}

/** Whether the page was published anew after this one was opened: its parts are gone from the server then. */
async function isReplaced() {
  const published = await fetch(new URL('parts.js', import.meta.url), { cache: 'no-store' });
  return published.ok && !(await published.text()).includes('__BUILD__');
}

/** A part, which is all of these files. */
function part(...names) {
  return async (callback, data) => {
    let here = true;
    try {
      await Promise.all(names.map(load));
    } catch (error) {
      console.warn(error);
      here = false;
      globalThis.highwaterReplaced = await isReplaced().catch(() => false);
    }
    page().__indirect_function_table.get(callback)(data, here);
  };
}

/** Has the parts come before they are looked at, one after the other, while the browser has nothing else to do. */
export async function ahead() {
  if (navigator.connection?.saveData) return;
  const idle = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 100));
  for (const file of AHEAD) {
    await new Promise((then) => idle(then));
    // What does not come now comes when it is looked at.
    await load(file).catch(console.warn);
  }
}

/* __PARTS__ */
