// Starts the page, and says so on the page itself when it cannot start.
// A classic script: it runs even where modules are blocked, so that the page is never blank.
(() => {
  const root = document.documentElement;
  const app = document.getElementById('app');
  const notice = document.getElementById('boot');
  const trouble = document.getElementById('boot-trouble');

  function fail(error) {
    console.error(error);
    root.dataset.highwater = 'failed';
    trouble.querySelector('#boot-reason').textContent = String(error?.message ?? error);
    const reload = trouble.querySelector('#boot-reload');
    reload.hidden = false;
    reload.onclick = () => location.reload();
    notice.classList.add('failed');
    app.replaceChildren(notice);
    trouble.setAttribute('role', 'alert');
  }

  // The page itself cannot start without a lesson or a link that it is to open.
  globalThis.highwaterFailed = fail;

  async function start() {
    // Whole addresses: in a sandboxed iframe this script has no address of its own to start from.
    const [glue, parts, wasm] = ['glue', 'parts', 'wasm'].map((id) => document.getElementById(id).href);
    const [{ default: init }, response] = await Promise.all([import(glue), fetch(wasm)]);
    if (!response.ok) throw new Error(`${response.status} ${wasm}`);
    // Only `application/wasm` can be compiled while it arrives; some servers call it something else.
    const streams = response.headers.get('content-type') === 'application/wasm';
    const { memory } = await init({ module_or_path: streams ? response : await response.arrayBuffer() });
    globalThis.highwaterMemory = memory;
    const { ahead } = await import(parts);
    ahead();
  }

  start().catch(fail);
})();
