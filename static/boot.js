// Starts the page, and says so on the page itself when it cannot start.
// A classic script: it runs even where modules are blocked, so that the page is never blank.
(() => {
  const root = document.documentElement;
  const app = document.getElementById('app');
  const notice = document.getElementById('boot');

  function fail(error) {
    console.error(error);
    root.dataset.highwater = 'failed';
    document.getElementById('boot-reason').textContent = String(error?.message ?? error);
    const reload = document.getElementById('boot-reload');
    reload.hidden = false;
    reload.onclick = () => location.reload();
    notice.classList.add('failed');
    notice.setAttribute('role', 'alert');
    app.replaceChildren(notice);
  }

  async function start() {
    const address = document.getElementById('wasm').href;
    const [{ default: init }, response] = await Promise.all([
      import('./highwater.js?v=__BUILD__'),
      fetch(address, { credentials: 'same-origin' }),
    ]);
    if (!response.ok) throw new Error(`${response.status} ${address}`);
    // Only `application/wasm` can be compiled while it arrives; some servers call it something else.
    const streams = response.headers.get('content-type') === 'application/wasm';
    const { memory } = await init({ module_or_path: streams ? response : await response.arrayBuffer() });
    globalThis.highwaterMemory = memory;
    root.dataset.highwater = 'started';
  }

  start().catch(fail);
})();
