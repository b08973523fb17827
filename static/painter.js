// Paints what moves on the stage: sprites on a canvas, by a worker of its own where there may be one, else by the page.
// It knows shapes, colours and words, and nothing of Kafka. A classic script, and the worker is made from its own text:
// so it works below any path, from another host and in a sandboxed frame.
(() => {
  /** More pixels than this are not seen, and cost time. */
  const MOST_PIXELS = 16e6;

  /** What paints on a canvas: told news of what is to be seen, it paints it all. */
  function brush(canvas) {
    /** So many numbers are a sprite; `paint` names them. */
    const LENGTH = 12;
    const context = canvas.getContext('2d');
    const now = { width: 0, height: 0, ratio: 1, font: 'sans-serif', palette: [], shapes: '', sprites: [], words: '' };
    let paths = [];

    /** A word that begins here. Its figures are equally wide, so that a running clock does not tremble. */
    function write(word) {
      const figure = context.measureText('0').width;
      let x = 0;
      for (const letter of word) {
        const { width } = context.measureText(letter);
        const room = letter >= '0' && letter <= '9' ? figure : width;
        context.fillText(letter, x + (room - width) / 2, 0);
        x += room;
      }
    }

    function paint() {
      const { sprites, palette, ratio } = now;
      const words = now.words.split('\n');
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.lineJoin = 'round';
      // Letters glide with what they stand on.
      context.textRendering = 'geometricPrecision';
      let word = 0;
      let fontSize;
      for (let i = 0; i < sprites.length; i += LENGTH) {
        const [x, y, scale, turn, alpha, shape, fill, stroke, line, dashed, ink, size] = sprites.subarray(i, i + LENGTH);
        const zoom = scale * ratio;
        const [cos, sin] = turn ? [Math.cos(turn), Math.sin(turn)] : [1, 0];
        context.setTransform(cos * zoom, sin * zoom, -sin * zoom, cos * zoom, x * ratio, y * ratio);
        context.globalAlpha = alpha;
        if (fill >= 0) {
          context.fillStyle = palette[fill];
          context.fill(paths[shape]);
        }
        if (stroke >= 0) {
          context.strokeStyle = palette[stroke];
          context.lineWidth = line;
          context.lineCap = dashed ? 'butt' : 'round';
          context.setLineDash(dashed ? [3, 2] : []);
          context.stroke(paths[shape]);
        }
        if (ink >= 0) {
          context.fillStyle = palette[ink];
          if (size !== fontSize) context.font = `650 ${(fontSize = size)}px ${now.font}`;
          if (shape < 0) {
            context.textAlign = 'start';
            write(words[word]);
          } else {
            context.textAlign = 'center';
            context.fillText(words[word], 0, size * 0.36);
          }
          word += 1;
        }
      }
    }

    return (news) => {
      Object.assign(now, news);
      if ('shapes' in news) paths = now.shapes.split('\n').map((path) => new Path2D(path));
      const [width, height] = [now.width, now.height].map((pixels) => Math.round(pixels * now.ratio));
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      if (width > 0 && height > 0) paint();
    };
  }

  /** All that the worker does: it paints the newest news once a frame, and nothing while there is none. */
  function work(brush) {
    let paint;
    let news;
    onmessage = ({ data: { canvas, ...told } }) => {
      if (canvas) paint = brush(canvas);
      if (!news) {
        requestAnimationFrame(() => {
          paint(news);
          news = undefined;
          if (canvas) postMessage('painted');
        });
      }
      news = { ...news, ...told };
    };
    postMessage('ready');
  }

  /**
   * A painter for an element that lies over the stage, with the names of the custom properties that are its colours.
   * `shapes` tells the paths of shapes, `show` paints sprites and the words on them, `close` takes all of it away.
   */
  globalThis.highwaterPainter = (host, colours) => {
    const known = {};
    const closed = new AbortController();
    let shown = 0;
    let worker;
    let canvas = onCanvas();
    let tell = brush(canvas);

    function say(news) {
      Object.assign(known, news);
      tell(news);
    }

    function onCanvas() {
      const canvas = document.createElement('canvas');
      canvas.setAttribute('aria-hidden', 'true');
      host.prepend(canvas);
      return canvas;
    }

    /** Lets a worker paint from now on, if the browser and the page around it allow one; else the page goes on. */
    function hire() {
      if (!HTMLCanvasElement.prototype.transferControlToOffscreen) return;
      const source = `(${work})(${brush})`;
      const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      try {
        worker = new Worker(address);
      } catch {
        return;
      }
      worker.onerror = (event) => event.preventDefault();
      worker.onmessage = ({ data }) => {
        if (data === 'ready') {
          URL.revokeObjectURL(address);
          const mine = canvas;
          canvas = onCanvas();
          const offscreen = canvas.transferControlToOffscreen();
          worker.postMessage({ ...known, canvas: offscreen }, [offscreen]);
          tell = (news) => worker.postMessage(news, news.sprites ? [news.sprites.buffer] : []);
          // Until the worker's first picture is on the screen, the page's own stays.
          worker.onmessage = () => requestAnimationFrame(() => requestAnimationFrame(() => mine.remove()));
        }
      };
    }

    /** Colours as they are on the screen: custom properties of a theme, or the system's own. */
    function dress() {
      const probe = document.createElement('i');
      host.append(probe);
      const style = getComputedStyle(probe);
      const palette = colours.split(' ').map((name) => {
        probe.style.color = `var(${name})`;
        return style.color;
      });
      const font = style.fontFamily;
      probe.remove();
      say({ palette, font });
    }

    function fit([{ contentRect: { width, height } }]) {
      const ratio = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (width * height || 1)));
      say({ width, height, ratio });
    }

    dress();
    const theme = new MutationObserver(dress);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      matchMedia(query).addEventListener('change', dress, { signal: closed.signal });
    }
    const size = new ResizeObserver(fit);
    try {
      // It also tells when only the pixels have another size.
      size.observe(host, { box: 'device-pixel-content-box' });
    } catch {
      size.observe(host);
    }

    return {
      shapes: (shapes) => say({ shapes }),
      show(sprites, words) {
        say({ sprites, words });
        shown += 1;
        // A page at rest needs no worker.
        if (shown === 3) hire();
      },
      close() {
        closed.abort();
        theme.disconnect();
        size.disconnect();
        worker?.terminate();
        host.replaceChildren();
      },
    };
  };
})();
